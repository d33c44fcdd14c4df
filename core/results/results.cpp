// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/results.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/base/error.h"
#include "core/statistics/intervals.h"

namespace bitdesk {
namespace {

/// "/d (test; as they are, 3f2a91c0; 2026-11-30)": two of one name must not look alike.
std::string imagesOf(const Evaluation& e) {
    constexpr std::size_t kDay = 10;
    const std::string day = printable(e.createdAt.substr(0, kDay));
    return fmt::format("{} ({}; {}{}{})", printable(e.dataName), printable(e.split), toText(e.facts, e.dataHash),
                       day.empty() ? "" : "; ", day);
}

}  // namespace

std::string shortHash(const std::string& hash) {
    constexpr std::size_t kDigits = 8;
    return printable(hash.substr(0, kDigits));
}

std::string toText(const DataFacts& facts, const std::string& dataHash) {
    std::string text = printable(facts.preparation);
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (facts.skipped.value_or(0) > 0) add(fmt::format("{} files left out", *facts.skipped));
    if (!dataHash.empty()) add(shortHash(dataHash));
    return text;
}

void Measurement::summarize() {
    latencyMs = quartiles(samplesMs);
    medianCi95 = medianInterval(samplesMs);
}

std::optional<double> Measurement::predictionError() const {
    if (!predictedMs || !(latencyMs.median > 0)) return std::nullopt;
    return *predictedMs / latencyMs.median - 1;
}

bool sameImages(const Evaluation& a, const Evaluation& b) {
    return a.dataHash == b.dataHash && a.split == b.split && a.orderSeed == b.orderSeed;
}

AccuracyComparison compareAccuracy(const Evaluation& a, const Evaluation& b, double margin) {
    if (!sameImages(a, b)) {
        AccuracyComparison unclear;
        unclear.reason = fmt::format("evaluated on other images: {} and {}", imagesOf(a), imagesOf(b));
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
