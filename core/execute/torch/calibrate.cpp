// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/calibrate.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/execute/plan/execution_plan.h"
#include "core/execute/torch/torch_executor.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

constexpr std::size_t kBins = 2048;

/// Mean error of quantizing a histogram's magnitudes, at the bins' middles.
double histogramError(const std::vector<double>& counts, double binWidth, double scale, double highest) {
    double sum = 0;
    for (std::size_t i = 0; i < kBins; ++i) {
        if (counts[i] == 0) continue;
        const double value = (static_cast<double>(i) + 0.5) * binWidth;
        const double error = value - scale * std::min(std::nearbyint(value / scale), highest);
        sum += counts[i] * error * error;
    }
    return sum;
}

}  // namespace

float bestActivationScale(std::span<const float> values, int bits, bool isSigned) {
    const double highest = activationHighest(bits, isSigned);
    float largest = 0;
    for (const float value : values) largest = std::max(largest, isSigned ? std::abs(value) : value);
    if (!(largest > 1e-20F) || !std::isfinite(largest)) return 1;
    const double binWidth = double{largest} / kBins;
    std::vector<double> counts(kBins, 0);
    for (const float value : values) {
        const float magnitude = isSigned ? std::abs(value) : value;
        if (magnitude > 0) counts[std::min(static_cast<std::size_t>(magnitude / binWidth), kBins - 1)] += 1;
    }
    double best = largest / highest, least = histogramError(counts, binWidth, best, highest);
    constexpr int kSteps = 200;
    for (int i = 1; i < kSteps; ++i) {
        const double scale = largest / highest * i / kSteps;
        const double error = histogramError(counts, binWidth, scale, highest);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return static_cast<float>(best);
}

void calibrateActivations(MetaModel& model, const std::vector<int>& layers, std::span<const std::uint8_t> images,
                          int count, int threads, const ProgressSink& progress, const std::stop_token& stop) {
    const auto executor = makeReferenceExecutor(model, "cpu", threads);
    std::vector<float> logits(static_cast<std::size_t>(count) * static_cast<std::size_t>(model.network.classes()));
    for (std::size_t b = model.bits.size(); b-- > 0;) {
        if (stop.stop_requested()) throw Cancelled();
        const int width = model.bits[b];
        if (progress)
            progress({"activation scales at " + std::to_string(width) + " bits",
                      1 - static_cast<double>(b + 1) / static_cast<double>(model.bits.size()), -1});
        ExecutionPlan plan = lower(model, uniformBits(model.network, width));
        observeCodes(*executor, plan, images, count, logits, [&](int layerIndex, std::span<const float> values) {
            const Layer& layer = model.network.layers()[static_cast<std::size_t>(layerIndex)];
            const bool again = !layer.quantizable() && b + 1 < model.bits.size();
            if (again || std::ranges::find(layers, layerIndex) == layers.end()) return;
            auto& scales = model.layers[static_cast<std::size_t>(layerIndex)].actScale;
            scales[layer.quantizable() ? b : 0] =
                bestActivationScale(values, layer.quantizable() ? width : layer.fixedBits, layer.signedInput);
            refreshLayer(plan, model, layerIndex);
        });
    }
}

}  // namespace bitdesk
