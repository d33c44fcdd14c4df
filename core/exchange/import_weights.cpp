// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/import_weights.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace bitdesk {
namespace {

constexpr float kScaleOfNothing = 1e-12F;  // of a filter that is all zeros

/// Codes lowest … highest, decoded as code + half.
struct Levels {
    float lowest, highest, half;

    float code(float x) const { return std::clamp(half > 0 ? std::floor(x) : std::nearbyint(x), lowest, highest); }
};

double squaredError(std::span<const float> filter, float scale, const Levels& levels) {
    double sum = 0;
    for (const float weight : filter) {
        const float x = weight / scale;
        const float error = levels.code(x) + levels.half - x;
        sum += double{error} * double{error};
    }
    return sum * double{scale} * double{scale};
}

/// The scale with the smallest squared error: a coarse search up to what covers the largest weight, then a fine one.
float bestScale(std::span<const float> filter, const Levels& levels) {
    float largest = 0;
    for (const float weight : filter) largest = std::max(largest, std::abs(weight));
    if (largest < kScaleOfNothing) return kScaleOfNothing;
    const float covering = largest / (levels.highest + levels.half);
    float best = covering;
    double least = squaredError(filter, best, levels);
    const auto attempt = [&](float scale) {
        const double error = squaredError(filter, scale, levels);
        if (error < least) {
            least = error;
            best = scale;
        }
    };
    constexpr int kCoarse = 16, kFine = 8;
    for (int i = 1; i < kCoarse; ++i) attempt(covering * (0.2F + 0.8F * static_cast<float>(i) / kCoarse));
    const float middle = best, step = covering * 0.8F / kCoarse;
    for (int i = -kFine; i <= kFine; ++i)
        attempt(std::max(middle + step * static_cast<float>(i) / (kFine + 1), kScaleOfNothing));
    return best;
}

/// ⌈tanh⌉ normalized to −1 … 1 over the whole layer, rounded to 2^b levels: k becomes the code k − 2^(b−1).
QuantizedWeights dorefa(std::span<const float> weights, std::size_t filters, int bits,
                        std::span<const float> multipliers) {
    float largest = 0;
    for (const float weight : weights) largest = std::max(largest, std::abs(std::tanh(weight)));
    largest = std::max(largest, kScaleOfNothing);
    const auto levels = static_cast<float>((1 << bits) - 1);
    QuantizedWeights result;
    result.codes.reserve(weights.size());
    for (const float weight : weights) {
        const float share = std::tanh(weight) / (2 * largest) + 0.5F;
        const float level = std::nearbyint(std::clamp(share, 0.0F, 1.0F) * levels);
        result.codes.push_back(static_cast<std::int8_t>(static_cast<int>(level) - (1 << (bits - 1))));
    }
    for (std::size_t n = 0; n < filters; ++n) result.scales.push_back(multipliers[n] * 2 / levels);
    return result;
}

}  // namespace

const WeightQuantizer* quantizerFor(WeightRule rule) {
    switch (rule) {
        case WeightRule::Float: return nullptr;
        case WeightRule::Lsq:
        case WeightRule::LsqNarrow: return &findWeightQuantizer("rounded");
        case WeightRule::Dorefa: return &findWeightQuantizer("half-step");
        case WeightRule::Floor: return &findWeightQuantizer("floor-nested");
    }
    throw Error(ErrorKind::Internal, "weight rule", "is unknown");
}

QuantizedWeights quantizeWeights(std::span<const float> weights, std::size_t filters, WeightRule rule,
                                 const WeightQuantizer& quantizer, int bits, std::span<const float> scales) {
    if (rule == WeightRule::Dorefa) return dorefa(weights, filters, bits, scales);
    Levels levels{static_cast<float>(quantizer.lowest(bits, bits)), static_cast<float>(quantizer.highest(bits, bits)),
                  static_cast<float>(quantizer.offset) / 2};
    if (rule == WeightRule::LsqNarrow) levels.lowest = -levels.highest;
    const std::size_t size = weights.size() / filters;
    QuantizedWeights result;
    result.codes.reserve(weights.size());
    result.scales.reserve(filters);
    for (std::size_t n = 0; n < filters; ++n) {
        const auto filter = weights.subspan(n * size, size);
        const float scale = rule == WeightRule::Float ? bestScale(filter, levels) : scales[n];
        result.scales.push_back(scale);
        for (const float weight : filter) result.codes.push_back(static_cast<std::int8_t>(levels.code(weight / scale)));
    }
    return result;
}

}  // namespace bitdesk
