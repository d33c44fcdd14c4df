// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/results.h"

#include <fmt/format.h>
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

bool sameImages(const Evaluation& a, const Evaluation& b) {
    return a.key.dataHash == b.key.dataHash && a.key.split == b.key.split && a.key.orderSeed == b.key.orderSeed;
}

AccuracyComparison compareAccuracy(const Evaluation& a, const Evaluation& b, double margin) {
    if (!sameImages(a, b)) {
        AccuracyComparison unclear;
        unclear.reason = fmt::format("evaluated on other images: {} ({}) and {} ({})", a.dataName, a.key.split,
                                     b.dataName, b.key.split);
        return unclear;
    }
    return compareAccuracy(a.correctMask, b.correctMask, {.margin = margin, .looks = std::max(a.looks, b.looks)});
}

LatencyComparison compareLatency(const Measurement& a, const Measurement& b, double margin) {
    LatencyComparison unclear;
    if (a.latencyMs.median > 0) unclear.ratio = b.latencyMs.median / a.latencyMs.median;
    if (a.runGroup != b.runGroup || a.machine != b.machine)
        unclear.reason =
            "not measured interleaved in one run, so drift of the machine is not told from a difference: give both to "
            "one bitdesk profile";
    else if (a.simulated || b.simulated)
        unclear.reason = "simulated bits: times of float arithmetic say nothing about low bits";
    if (!unclear.reason.empty()) return unclear;
    LatencyComparison found = compareLatency(
        a.samplesMs, b.samplesMs, {.margin = margin, .noiseFloor = a.noiseFloor, .looks = std::max(a.looks, b.looks)});
    if (a.id > 0 && a.id == b.id) found.reason = "A and B are the same measurement";
    return found;
}

}  // namespace bitdesk
