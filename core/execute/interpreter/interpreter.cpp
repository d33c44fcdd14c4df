// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/interpreter/interpreter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/model/meta_model.h"

namespace bitdesk {
namespace {

/// One buffer of a plan for one image. Codes are kept as int16, which holds u8 and s8 alike.
struct Values {
    std::vector<float> floats;
    std::vector<std::int16_t> codes;
};

/// One element of a step's output.
struct Place {
    int y = 0, x = 0, channel = 0;
    std::int64_t index = 0;
};

/// Calls work(tap, pixel) for each tap of an output's window inside the map: its number in the window, and the pixel's
/// in the map.
template <typename Work>
void forEachTap(const Step& step, const WindowAttributes& w, const Place& place, const Work& work) {
    for (int ky = 0; ky < w.kernelHeight; ++ky) {
        const int row = place.y * w.strideHeight - w.paddingTop + ky * w.dilationHeight;
        if (row < 0 || row >= step.inputShape.height) continue;
        for (int kx = 0; kx < w.kernelWidth; ++kx) {
            const int column = place.x * w.strideWidth - w.paddingLeft + kx * w.dilationWidth;
            if (column < 0 || column >= step.inputShape.width) continue;
            work(std::int64_t{ky} * w.kernelWidth + kx, std::int64_t{row} * step.inputShape.width + column);
        }
    }
}

/// Σ code · oddCode over one window; padding adds 0.
float convolveAt(const Step& step, const Conv2dAttributes& g, const std::int16_t* input, const std::int16_t* weights,
                 const Place& place) {
    const int groupInputs = step.inputShape.channels / g.groups;
    const std::int64_t group = place.channel / (g.outChannels / g.groups);
    const std::int16_t* filter =
        weights + toIndex(std::int64_t{place.channel} * g.kernelHeight * g.kernelWidth * groupInputs);
    std::int32_t sum = 0;
    forEachTap(step, g, place, [&](std::int64_t tap, std::int64_t pixel) {
        const std::int16_t* codes = input + toIndex(pixel * step.inputShape.channels + group * groupInputs);
        const std::int16_t* odd = filter + toIndex(tap * groupInputs);
        for (int c = 0; c < groupInputs; ++c) sum += codes[c] * odd[c];
    });
    return static_cast<float>(sum);
}

float poolAt(const Step& step, const PoolWindows& p, const float* input, const Place& place) {
    float value = 0;
    bool any = false;
    const PoolSpan &rows = p.rows[toIndex(place.y)], &columns = p.columns[toIndex(place.x)];
    for (std::int64_t row = rows.begin; row < rows.end; ++row)
        for (std::int64_t column = columns.begin; column < columns.end; ++column) {
            const std::int64_t pixel = row * step.inputShape.width + column;
            const float v = input[toIndex(pixel * step.inputShape.channels + place.channel)];
            value = !any ? v : p.average ? value + v : std::isnan(v) || v > value ? v : value;
            any = true;
        }
    return p.average ? value * static_cast<float>(1.0 / (double{1} * rows.counted * columns.counted)) : value;
}

/// An input's value at a place of the output; extents of 1 are repeated.
float repeatedAt(const Shape& shape, const float* input, const Place& place) {
    const std::int64_t y = shape.height == 1 ? 0 : place.y, x = shape.width == 1 ? 0 : place.x;
    return input[toIndex((y * shape.width + x) * shape.channels + (shape.channels == 1 ? 0 : place.channel))];
}

/// The sum that a layer norm's contract fixes, of value(c) for all channels.
template <typename Value>
float sumInLanes(int channels, const Value& value) {
    std::array<float, kLayerNormLanes> sums{};
    for (int c = 0; c < channels; ++c) sums[toIndex(c % kLayerNormLanes)] += value(c);
    for (std::size_t half = kLayerNormLanes / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    return sums[0];
}

float layerNormAt(const Shape& shape, double epsilon, const float* input, const Place& place) {
    const float* pixel = input + (std::int64_t{place.y} * shape.width + place.x) * shape.channels;
    const auto each = static_cast<float>(1.0 / shape.channels);
    const float mean = sumInLanes(shape.channels, [&](int c) { return pixel[c]; }) * each;
    const float variance = sumInLanes(shape.channels,
                                      [&](int c) {
                                          const float distance = pixel[c] - mean;
                                          return distance * distance;
                                      }) *
                           each;
    return (pixel[place.channel] - mean) * (1.0F / std::sqrt(variance + static_cast<float>(epsilon)));
}

class Interpreter final : public Executor {
public:
    explicit Interpreter(const MetaModel& model) : m_model(model) {}

    std::string backend() const override { return interpreterEntry().name; }
    std::string device() const override { return "cpu"; }
    int executedBits(const Step& step) const override { return step.layer >= 0 ? 16 : 32; }
    std::string kernel(const Step&) const override { return "portable"; }

private:
    void execute(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 std::vector<StepSpan>* spans) override {
        checkSpans(m_model, plan, images.size(), batch, logits.size());
        allocate(plan);
        const auto imageBytes = toIndex(m_model.network.inputShape().elements());
        for (int image = 0; image < batch; ++image) {
            for (std::size_t s = 0; s < plan.steps.size(); ++s) {
                const std::int64_t begin = steadyNow();
                runStep(plan.steps[s], images.data() + toIndex(image) * imageBytes);
                if (spans == nullptr) continue;
                spans->push_back({.step = static_cast<int>(s), .thread = 0, .begin = begin, .end = steadyNow()});
            }
            const auto& result = m_values[toIndex(plan.output)].floats;
            std::copy(result.begin(), result.end(), logits.begin() + std::ptrdiff_t{image} * plan.classes);
        }
    }

    void allocate(const ExecutionPlan& plan) {
        m_values.resize(plan.buffers.size());
        for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
            const Buffer& buffer = plan.buffers[b];
            const auto size = toIndex(buffer.shape.elements());
            if (buffer.type == ElementType::F32) m_values[b].floats.resize(size);
            else m_values[b].codes.resize(size);
        }
        m_weights.resize(plan.steps.size());
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            const Step& step = plan.steps[s];
            if (step.layer < 0) continue;
            const int offset = m_model.weightQuantizer().offset;
            m_weights[s].clear();
            for (const std::int8_t code : codesAt(m_model, step.layer, step.weightBits))
                m_weights[s].push_back(static_cast<std::int16_t>(2 * code + offset));
        }
        m_steps = plan.steps.data();
    }

    void runStep(const Step& step, const std::uint8_t* image) {
        const auto convolution = [&](const Conv2dAttributes& conv) {
            forAll(step, [&](const Place& p) {
                return convolveAt(step, conv, input(step).codes.data(), weightsOf(step), p);
            });
        };
        const auto floats = [&](std::size_t i) { return m_values[toIndex(step.inputs[i])].floats.data(); };
        const Shape& shape = step.inputShape;
        std::visit(
            Overloads{[&](const InputAttributes&) {
                          forAll(step, [&](const Place& p) { return static_cast<float>(image[p.index]); });
                      },
                      [&](const Conv2dAttributes& conv) { convolution(conv); },
                      [&](const LinearAttributes& linear) { convolution(linear.convolution()); },
                      [&](const PoolWindows& pool) {
                          forAll(step, [&](const Place& p) { return poolAt(step, pool, floats(0), p); });
                      },
                      [&](const Pointwise&) { forAll(step, [&](const Place& p) { return floats(0)[p.index]; }); },
                      [&](const MultiplyAttributes&) {
                          forAll(step, [&](const Place& p) {
                              return repeatedAt(shape, floats(0), p) * repeatedAt(step.inputShapes[1], floats(1), p);
                          });
                      },
                      [&](const ConcatAttributes&) { forAll(step, [&](const Place& p) { return joinedAt(step, p); }); },
                      [&](const ChannelSelection& selection) {
                          forAll(step, [&](Place p) {
                              p.channel = selection.channels[toIndex(p.channel)];
                              return repeatedAt(shape, floats(0), p);
                          });
                      },
                      [&](const LayerNormAttributes& norm) {
                          forAll(step, [&](const Place& p) { return layerNormAt(shape, norm.epsilon, floats(0), p); });
                      },
                      [&](const UpsampleAttributes& scale) {
                          forAll(step, [&](Place p) {
                              p.y /= scale.height;
                              p.x /= scale.width;
                              return repeatedAt(shape, floats(0), p);
                          });
                      }},
            step.operation);
    }

    /// The value of a concatenation's output.
    float joinedAt(const Step& step, Place place) const {
        std::size_t i = 0;
        for (; place.channel >= step.inputShapes[i].channels; ++i) place.channel -= step.inputShapes[i].channels;
        return repeatedAt(step.inputShapes[i], m_values[toIndex(step.inputs[i])].floats.data(), place);
    }

    const Values& input(const Step& step) const { return m_values[toIndex(step.inputs.front())]; }

    /// Finishes what raw(place) gives, element by element.
    template <typename Raw>
    void forAll(const Step& step, const Raw& raw) {
        const Shape& out = step.outputShape;
        Place p;
        for (p.y = 0; p.y < out.height; ++p.y)
            for (p.x = 0; p.x < out.width; ++p.x)
                for (p.channel = 0; p.channel < out.channels; ++p.channel, ++p.index)
                    finish(step, p.index, p.channel, raw(p));
    }

    const std::int16_t* weightsOf(const Step& step) const { return m_weights[toIndex(&step - m_steps)].data(); }

    /// The epilogue of one element, in the order that Epilogue's contract fixes.
    void finish(const Step& step, std::int64_t index, int channel, float raw) {
        const Epilogue& e = step.epilogue;
        float value = raw;
        if (!e.scale.empty()) {
            const float product = value * e.scale[toIndex(channel)];
            value = product + e.offset[toIndex(channel)];
        }
        if (e.residual >= 0) value = value + m_values[toIndex(e.residual)].floats[toIndex(index)];
        value = activated(e.activation, value, FloatOperations());
        if (e.floatOutput >= 0) m_values[toIndex(e.floatOutput)].floats[toIndex(index)] = value;
        for (const CodeOutput& out : e.codeOutputs)
            m_values[toIndex(out.buffer)].codes[toIndex(index)] =
                static_cast<std::int16_t>(quantizeActivation(value, out.inverseScale, out.lowest, out.highest));
    }

    const MetaModel& m_model;
    std::vector<Values> m_values;
    std::vector<std::vector<std::int16_t>> m_weights;
    const Step* m_steps = nullptr;
};

}  // namespace

std::unique_ptr<Executor> makeInterpreter(const MetaModel& model) { return std::make_unique<Interpreter>(model); }

ExecutorEntry interpreterEntry() {
    return {.name = "portable",
            .traits = {},
            .checkDevice = nullptr,
            .make = [](const MetaModel& model, const std::string&, int) { return makeInterpreter(model); }};
}

}  // namespace bitdesk
