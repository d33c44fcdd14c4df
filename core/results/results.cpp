// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/results.h"

#include <algorithm>

#include "core/statistics/median.h"

namespace bitdesk {

void Measurement::summarize() {
    latencyMs = quartiles(samplesMs);
    medianCi95 = medianInterval(samplesMs);
}

std::optional<double> Measurement::predictionError() const {
    if (!predictedMs || !(latencyMs.median > 0)) return std::nullopt;
    return *predictedMs / latencyMs.median - 1;
}

AccuracyComparison compareAccuracy(const Evaluation& a, const Evaluation& b, double margin) {
    return compareAccuracy(a.correctMask, b.correctMask, {.margin = margin, .looks = std::max(a.looks, b.looks)});
}

}  // namespace bitdesk
