// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <vector>

#include "core/base/random.h"
#include "core/train/train.h"

namespace bitdesk {

struct StagePlan {
    TrainStage stage = TrainStage::Float;
    int epochs = 0;
    double rate = 0;
};
/// The stages of a request in order; stages without epochs are left out.
std::vector<StagePlan> stagePlans(const TrainRequest& request);

/// Cosine from `rate` to 0 over `steps` (Loshchilov & Hutter 2017, without restarts), after a linear warm-up over the
/// first `warmup` steps.
double cosineRate(double rate, std::int64_t step, std::int64_t steps, std::int64_t warmup);

/// Draws the bit configuration of one training step. Stages I and II: one width for all layers. Stage III: with a share
/// that rises linearly to `kMixedShare` at half of the stage every layer draws its own, independently and uniformly;
/// else one width for all, so that the uniform corners keep being trained.
BitConfiguration drawBits(TrainStage stage, double stageProgress, const Network& network, const std::vector<int>& bits,
                          Random& random);
inline constexpr double kMixedShare = 0.75;

}  // namespace bitdesk
