// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/torch_executor.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/execute/torch/device.h"
#include "core/execute/torch/tensor_operations.h"
#include "core/model/meta_model.h"
#include "core/quant/magnitude_histogram.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

constexpr const char* kName = "reference";
constexpr ExecutorTraits kTraits{.simulated = true, .runsSideBySide = false, .keepsCheckpoints = false};

/// Per-channel constants as a tensor that broadcasts over [N, C, H, W].
at::Tensor perChannel(const std::vector<float>& values, at::Device device) {
    return at::tensor(values).to(device).view({1, -1, 1, 1});
}

std::string rangeName(const Step& step) {
    return step.weightBits > 0 ? step.name + ", " + std::to_string(step.weightBits) + " bits" : step.name;
}

/// The numbers (of all images, in no order that matters) that are about to become codes for a layer, an index into
/// network.layers(). It may change scales of the model and, by refreshLayer(), of the plan: what it sets is what the
/// value is quantized with.
using CodeObserver = std::function<void(int layerIndex, std::span<const float> values)>;

class ReferenceExecutor final : public Executor {
public:
    ReferenceExecutor(const MetaModel& model, const std::string& device, int threads)
        : m_model(model), m_device(parseDevice(device)), m_deviceName(device == "cuda" ? "cuda:0" : device) {
        prepareTorch(threads);
    }

    void setObserver(CodeObserver observer) { m_observer = std::move(observer); }

    std::unique_ptr<Stopwatch> stopwatch() const override { return makeStopwatch(m_device); }

    ExecutorTraits traits() const override { return kTraits; }
    std::string backend() const override { return kName; }
    std::string device() const override { return m_deviceName; }
    int executedBits(const Step&) const override { return 32; }
    std::string kernel(const Step& step) const override {
        return step.layer >= 0 ? "torch conv on codes in floats (simulated)" : "torch elementwise";
    }

private:
    void execute(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 std::vector<StepSpan>* spans) override {
        checkSpans(m_model, plan, images.size(), batch, logits.size());
        const c10::InferenceMode guard;
        reportTorchErrors([&] {
            m_mapNaN = false;
            runSteps(plan, images, batch, logits, spans);
            // A NaN code would spread through its window here, where integers give it the lowest code. It cannot hide:
            // it reaches the logits, or no layer reads it. So the extra pass over every tensor is for hostile models.
            if (std::ranges::none_of(logits, [](float v) { return std::isnan(v); })) return;
            m_mapNaN = true;
            if (spans != nullptr) spans->resize(spans->size() - plan.steps.size());
            runSteps(plan, images, batch, logits, spans);
        });
    }

    void runSteps(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                  std::vector<StepSpan>* spans) {
        const Shape& shape = m_model.network.inputShape();
        // from_blob wants a mutable pointer; the tensor is only read.
        m_images = at::from_blob(const_cast<std::uint8_t*>(images.data()),
                                 {batch, shape.height, shape.width, shape.channels}, at::kByte)
                       .permute({0, 3, 1, 2})
                       .to(m_device);
        m_buffers.assign(plan.buffers.size(), {});
        for (int s = 0; s < static_cast<int>(plan.steps.size()); ++s) {
            const Step& step = plan.steps[toIndex(s)];
            const std::int64_t begin = steadyNow();
            const auto range = spans != nullptr ? std::make_unique<ProfilerRange>(m_device, rangeName(step)) : nullptr;
            runStep(plan, step);
            releaseDead(plan, s);
            if (spans == nullptr) continue;
            waitFor(m_device);
            spans->push_back({.step = s, .thread = 0, .begin = begin, .end = steadyNow()});
        }
        const auto result = reshaped(m_buffers[toIndex(plan.output)], {1, 1, plan.classes}).to(at::kCPU).contiguous();
        std::copy_n(result.const_data_ptr<float>(), logits.size(), logits.begin());
        m_buffers.clear();
    }

    void runStep(const ExecutionPlan& plan, const Step& step) {
        at::Tensor value = raw(step);
        const Epilogue& e = step.epilogue;
        if (!e.scale.empty()) value = value.mul(perChannel(e.scale, m_device)).add_(perChannel(e.offset, m_device));
        if (e.residual >= 0) value = value.add(reshaped(m_buffers[toIndex(e.residual)], step.outputShape));
        value = activated(e.activation, std::move(value), TensorOperations());
        if (e.floatOutput >= 0) m_buffers[toIndex(e.floatOutput)] = value;
        for (const CodeOutput& out : e.codeOutputs) {
            if (m_observer) show(out.layer, value);
            auto codes = value.mul(out.inverseScale).clamp_(out.lowest, out.highest).round_();
            if (m_mapNaN) codes.nan_to_num_(out.lowest);
            const Shape& shape = plan.buffers[toIndex(out.buffer)].shape;
            m_buffers[toIndex(out.buffer)] = reshaped(codes, shape);
        }
    }

    void show(int layer, const at::Tensor& value) const {
        const at::Tensor flat = value.to(at::kCPU, at::kFloat).contiguous(value.suggest_memory_format());
        m_observer(layer, {flat.const_data_ptr<float>(), toIndex(flat.numel())});
    }

    /// A flatten between a value and its codes re-reads the same numbers in NHWC order.
    static at::Tensor reshaped(const at::Tensor& value, const Shape& shape) {
        if (value.size(1) == shape.channels && value.size(2) == shape.height && value.size(3) == shape.width)
            return value;
        return value.permute({0, 2, 3, 1}).reshape({value.size(0), shape.channels, shape.height, shape.width});
    }

    at::Tensor raw(const Step& step) {
        const auto input = [&](std::size_t i = 0) {
            return reshaped(m_buffers[toIndex(step.inputs[i])], step.inputShapes[i]);
        };
        return std::visit(
            Overloads{[&](const InputAttributes&) {
                          return m_images.to(at::kFloat, false, true, at::MemoryFormat::ChannelsLast);
                      },
                      [&](const Conv2dAttributes& conv) { return convolve(step, input(), conv); },
                      [&](const LinearAttributes& linear) { return convolve(step, input(), linear.convolution()); },
                      [&](const PoolWindows& pool) { return exactPool(input(), pool); },
                      [&](const Pointwise&) { return input(); },
                      [&](const MultiplyAttributes&) { return input(0).mul(input(1)); },
                      [&](const ConcatAttributes&) {
                          std::vector<at::Tensor> parts;
                          for (std::size_t i = 0; i < step.inputs.size(); ++i) parts.push_back(input(i));
                          return at::cat(parts, 1);
                      },
                      [&](const ChannelSelection& selection) {
                          return input().index_select(1, at::tensor(selection.channels).to(m_device, at::kLong));
                      },
                      [&](const LayerNormAttributes& norm) { return exactLayerNorm(input(), norm.epsilon); },
                      [&](const UpsampleAttributes& scale) {
                          return input().repeat_interleave(scale.height, 2).repeat_interleave(scale.width, 3);
                      }},
            step.operation);
    }

    at::Tensor convolve(const Step& step, const at::Tensor& input, const Conv2dAttributes& geometry) {
        const at::Tensor& weights = weightsOf(step);
        const auto codes = input.to(weights.scalar_type());
        return exactConvolution(codes, weights, geometry).to(at::kFloat);
    }

    const at::Tensor& weightsOf(const Step& step) {
        auto& slot = m_weights[{step.layer, step.weightBits, step.inputBits}];
        if (!slot.defined()) slot = packWeights(step);
        return slot;
    }

    at::Tensor packWeights(const Step& step) const {
        const Layer& layer = m_model.network.layers()[toIndex(step.layer)];
        const auto codes = codesAt(m_model, step.layer, step.weightBits);
        const int offset = m_model.weightQuantizer().offset;
        const int inputs = layer.inputChannelsPerGroup();
        auto weights = at::empty({layer.output.channels, layer.kernelHeight, layer.kernelWidth, inputs});
        float* out = weights.data_ptr<float>();
        const std::size_t filter = codes.size() / toIndex(layer.output.channels);
        std::int64_t largest = 0;
        for (std::size_t begin = 0; begin < codes.size(); begin += filter) {
            std::int64_t sum = 0;
            for (std::size_t i = begin; i < begin + filter; ++i) {
                const int odd = 2 * codes[i] + offset;
                out[i] = static_cast<float>(odd);
                sum += std::abs(odd);
            }
            largest = std::max(largest, sum);
        }
        const int highest = activationHighest(step.inputBits, layer.signedInput);
        return weights.permute({0, 3, 1, 2})
            .to(m_device, exactType(largest * highest))
            .contiguous(at::MemoryFormat::ChannelsLast);
    }

    void releaseDead(const ExecutionPlan& plan, int step) {
        for (std::size_t b = 0; b < plan.buffers.size(); ++b)
            if (plan.buffers[b].lastStep == step) m_buffers[b].reset();
    }

    const MetaModel& m_model;
    at::Device m_device;
    std::string m_deviceName;
    CodeObserver m_observer;
    bool m_mapNaN = false;  // whether NaN becomes the lowest code, as quantizeActivation defines it
    at::Tensor m_images;
    std::vector<at::Tensor> m_buffers;
    std::map<std::tuple<int, int, int>, at::Tensor> m_weights;  // by layer, weight and input bits
};

}  // namespace

void checkReferenceDevice(const std::string& device) { parseDevice(device); }

std::string linkedTorchVersion() { return TORCH_VERSION; }

std::unique_ptr<Executor> makeReferenceExecutor(const MetaModel& model, const std::string& device, int threads) {
    return std::make_unique<ReferenceExecutor>(model, device, threads);
}

ExecutorEntry referenceEntry() {
    return {.name = kName, .traits = kTraits, .checkDevice = checkReferenceDevice, .make = makeReferenceExecutor};
}

float bestActivationScale(std::span<const float> values, int bits, bool isSigned) {
    MagnitudeHistogram histogram(isSigned);
    histogram.add(values);
    return histogram.bestScale(bits);
}

void calibrateActivations(MetaModel& model, const std::vector<int>& layers, std::span<const std::uint8_t> images,
                          int count, int threads, const ProgressSink& progress, const std::stop_token& stop) {
    ReferenceExecutor executor(model, "cpu", threads);
    std::vector<float> logits(static_cast<std::size_t>(count) * static_cast<std::size_t>(model.network.classes()));
    for (std::size_t b = model.bits.size(); b-- > 0;) {
        if (stop.stop_requested()) throw Cancelled();
        const int width = model.bits[b];
        if (progress)
            progress({"activation scales at " + std::to_string(width) + " bits",
                      1 - static_cast<double>(b + 1) / static_cast<double>(model.bits.size()), -1});
        ExecutionPlan plan = lower(model, uniformBits(model.network, width));
        executor.setObserver([&](int layerIndex, std::span<const float> values) {
            const Layer& layer = model.network.layers()[static_cast<std::size_t>(layerIndex)];
            const bool again = !layer.quantizable() && b + 1 < model.bits.size();
            if (again || std::ranges::find(layers, layerIndex) == layers.end()) return;
            auto& scales = model.layers[static_cast<std::size_t>(layerIndex)].actScale;
            scales[layer.quantizable() ? b : 0] =
                bestActivationScale(values, layer.quantizable() ? width : layer.fixedBits, layer.signedInput);
            refreshLayer(plan, model, layerIndex);
        });
        executor.run(plan, images, count, logits);
    }
}

}  // namespace bitdesk
