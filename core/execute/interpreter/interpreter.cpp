// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/interpreter/interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/base/index.h"
#include "core/model/layer_weights.h"

namespace bitdesk {
namespace {

/// One buffer of a plan for one image. Codes are kept as int16, which holds u8 and s8 alike.
struct Values {
    std::vector<float> floats;
    std::vector<std::int16_t> codes;
};

/// Σ code · oddCode over one window; padding adds 0.
std::int32_t convolveAt(const Step& step, const std::int16_t* input, const std::int16_t* weights, int y, int x,
                        int outputChannel) {
    const auto& g = step.conv;
    const int groupInputs = step.inputShape.channels / g.groups;
    const int group = outputChannel / (g.outChannels / g.groups);
    const std::int16_t* filter =
        weights + at(std::int64_t{outputChannel} * g.kernelHeight * g.kernelWidth * groupInputs);
    std::int32_t sum = 0;
    for (int ky = 0; ky < g.kernelHeight; ++ky) {
        const int row = y * g.strideHeight - g.paddingHeight + ky;
        if (row < 0 || row >= step.inputShape.height) continue;
        for (int kx = 0; kx < g.kernelWidth; ++kx) {
            const int column = x * g.strideWidth - g.paddingWidth + kx;
            if (column < 0 || column >= step.inputShape.width) continue;
            const std::int16_t* pixel =
                input + at((std::int64_t{row} * step.inputShape.width + column) * step.inputShape.channels +
                           std::int64_t{group} * groupInputs);
            const std::int16_t* tap = filter + at((std::int64_t{ky} * g.kernelWidth + kx) * groupInputs);
            for (int c = 0; c < groupInputs; ++c) sum += pixel[c] * tap[c];
        }
    }
    return sum;
}

float poolAt(const Step& step, const float* input, int y, int x, int channel) {
    const auto& p = step.pool;
    const bool average = step.kind == StepKind::AvgPool;
    float value = 0;
    bool any = false;
    for (int ky = 0; ky < p.kernelHeight; ++ky) {
        const int row = y * p.strideHeight - p.paddingHeight + ky;
        if (row < 0 || row >= step.inputShape.height) continue;
        for (int kx = 0; kx < p.kernelWidth; ++kx) {
            const int column = x * p.strideWidth - p.paddingWidth + kx;
            if (column < 0 || column >= step.inputShape.width) continue;
            const float v =
                input[at((std::int64_t{row} * step.inputShape.width + column) * step.inputShape.channels + channel)];
            value = !any ? v : average ? value + v : std::isnan(v) || v > value ? v : value;
            any = true;
        }
    }
    return average ? value * static_cast<float>(1.0 / (double{1} * p.kernelHeight * p.kernelWidth)) : value;
}

class Interpreter final : public Executor {
public:
    explicit Interpreter(const MetaModel& model) : m_model(model) {}

    void run(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch,
             std::span<float> logits) override {
        std::vector<StepSpan> ignored;
        runTraced(plan, images, batch, logits, ignored);
    }

    void runTraced(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                   std::vector<StepSpan>& spans) override {
        checkSpans(m_model, plan, images.size(), batch, logits.size());
        allocate(plan);
        const auto imageBytes = at(m_model.network.inputShape().elements());
        for (int image = 0; image < batch; ++image) {
            for (std::size_t s = 0; s < plan.steps.size(); ++s) {
                const std::int64_t begin = steadyNow();
                runStep(plan.steps[s], images.data() + at(image) * imageBytes);
                spans.push_back({.step = static_cast<int>(s), .thread = 0, .begin = begin, .end = steadyNow()});
            }
            const auto& result = m_values[at(plan.output)].floats;
            std::copy(result.begin(), result.end(), logits.begin() + std::ptrdiff_t{image} * plan.classes);
        }
    }

    std::string backend() const override { return "portable"; }
    std::string device() const override { return "cpu"; }
    int executedBits(const Step& step) const override { return step.layer >= 0 ? 16 : 32; }
    std::string kernel(const Step&) const override { return "portable"; }

private:
    void allocate(const ExecutionPlan& plan) {
        m_values.resize(plan.buffers.size());
        for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
            const Buffer& buffer = plan.buffers[b];
            const auto size = at(buffer.shape.elements());
            if (buffer.type == ElementType::F32) m_values[b].floats.resize(size);
            else m_values[b].codes.resize(size);
        }
        m_weights.resize(plan.steps.size());
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            const Step& step = plan.steps[s];
            if (step.layer < 0) continue;
            const int offset = m_model.weightQuantizer().offset;
            m_weights[s].clear();
            for (const std::int8_t code : codesAt(m_model, step.layer, step.bits))
                m_weights[s].push_back(static_cast<std::int16_t>(2 * code + offset));
        }
        m_steps = plan.steps.data();
    }

    void runStep(const Step& step, const std::uint8_t* image) {
        const Shape& out = step.outputShape;
        if (step.kind == StepKind::Linear) {
            for (int n = 0; n < out.channels; ++n) finish(step, n, n, linearAt(step, n));
            return;
        }
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x)
                for (int c = 0; c < out.channels; ++c) {
                    const std::int64_t index = (std::int64_t{y} * out.width + x) * out.channels + c;
                    finish(step, index, c, rawAt(step, image, index, y, x, c));
                }
    }

    float rawAt(const Step& step, const std::uint8_t* image, std::int64_t index, int y, int x, int c) const {
        if (step.kind == StepKind::Image) return static_cast<float>(image[index]);
        const Values& input = m_values[at(step.input)];
        if (step.kind == StepKind::Conv2d)
            return static_cast<float>(convolveAt(step, input.codes.data(), weightsOf(step), y, x, c));
        if (step.kind == StepKind::Pointwise) return input.floats[at(index)];
        return poolAt(step, input.floats.data(), y, x, c);
    }

    float linearAt(const Step& step, int n) const {
        const auto& input = m_values[at(step.input)].codes;
        const std::int16_t* row = weightsOf(step) + at(n) * input.size();
        std::int32_t sum = 0;
        for (std::size_t c = 0; c < input.size(); ++c) sum += input[c] * row[c];
        return static_cast<float>(sum);
    }

    const std::int16_t* weightsOf(const Step& step) const { return m_weights[at(&step - m_steps)].data(); }

    /// The epilogue of one element, in the order that Epilogue's contract fixes.
    void finish(const Step& step, std::int64_t index, int channel, float raw) {
        const Epilogue& e = step.epilogue;
        float value = raw;
        if (!e.scale.empty()) {
            const float product = value * e.scale[at(channel)];
            value = product + e.offset[at(channel)];
        }
        if (e.residual >= 0) value = value + m_values[at(e.residual)].floats[at(index)];
        if (e.relu) value = std::min(std::max(value, 0.0F), e.maximum);
        if (e.floatOutput >= 0) m_values[at(e.floatOutput)].floats[at(index)] = value;
        for (const CodeOutput& out : e.codeOutputs)
            m_values[at(out.buffer)].codes[at(index)] =
                static_cast<std::int16_t>(quantizeActivation(value, out.inverseScale, out.lowest, out.highest));
    }

    const MetaModel& m_model;
    std::vector<Values> m_values;
    std::vector<std::vector<std::int16_t>> m_weights;
    const Step* m_steps = nullptr;
};

}  // namespace

std::unique_ptr<Executor> makeInterpreter(const MetaModel& model) { return std::make_unique<Interpreter>(model); }

}  // namespace bitdesk
