// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bitdesk {

const char* stageName(TrainStage stage) {
    switch (stage) {
        case TrainStage::Float: return "float";
        case TrainStage::Activations: return "stage I";
        case TrainStage::Uniform: return "stage II";
        case TrainStage::Mixed: return "stage III";
    }
    return "";
}

std::vector<StagePlan> stagePlans(const TrainRequest& request) {
    std::vector<StagePlan> plans;
    const auto add = [&](TrainStage stage, int epochs) {
        const auto rate = std::ranges::find(rateOptions(), std::optional(stage), &RateOption::stage);
        if (epochs > 0) plans.push_back({stage, epochs, (request.*rate->value).value_or(rate->fallback)});
    };
    add(TrainStage::Float, request.floatEpochs);
    add(TrainStage::Activations, request.activationEpochs);
    add(TrainStage::Uniform, request.uniformEpochs);
    add(TrainStage::Mixed, request.mixedEpochs);
    return plans;
}

double cosineRate(double rate, std::int64_t step, std::int64_t steps, std::int64_t warmup) {
    if (step < warmup) return rate * static_cast<double>(step + 1) / static_cast<double>(warmup);
    const double progress =
        static_cast<double>(step - warmup) / static_cast<double>(std::max<std::int64_t>(1, steps - warmup));
    return rate * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, progress)));
}

BitConfiguration drawBits(TrainStage stage, double stageProgress, const Network& network, const std::vector<int>& bits,
                          Random& random) {
    if (stage == TrainStage::Mixed) {
        const double share = std::min(kMixedShare, 2 * kMixedShare * stageProgress);
        if (random.uniform() < share) return drawMix(network, bits, random);
    }
    return uniformBits(network, bits[random.below(bits.size())]);
}

}  // namespace bitdesk
