// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/statistics/accuracy_verdict.h"
#include "core/statistics/intervals.h"
#include "core/statistics/latency_verdict.h"

namespace bitdesk {

/// What makes two evaluations the same work: equal keys give equal answers on every machine.
struct EvaluationKey {
    std::string modelHash;
    std::string dataHash;
    std::string split;            ///< "train", "val", "test"
    std::int64_t subset = 0;      ///< number of images asked for (the first `subset` of the permutation)
    std::uint64_t orderSeed = 0;  ///< seed of the permutation in which images are visited
    BitConfiguration bits;
    int numericsVersion = 0;

    bool operator==(const EvaluationKey&) const = default;
};

/// What is told of a data set beside its name, which may stand for several: the hash alone says which one it is.
struct DataFacts {
    std::string preparation;              ///< what was done to the images: "as they are"; empty: not known
    std::optional<std::int64_t> skipped;  ///< files that were left out; nothing: not known

    bool operator==(const DataFacts&) const = default;
};

/// A finished evaluation. `predictions[i]` is the class given to the i-th image of the permutation.
struct Evaluation {
    std::int64_t id = 0;  ///< 0: not stored
    EvaluationKey key;
    std::string modelName, dataName;
    std::int64_t correct = 0, total = 0;
    std::vector<std::uint16_t> predictions;
    std::vector<std::uint8_t> correctMask;  ///< 1 where right, in the same order
    std::int64_t bitops = 0, weightBytes = 0, normBytes = 0;
    std::string device, backend;
    double seconds = 0;     ///< wall time of the evaluation
    int looks = 1;          ///< how often it might have been ended before it was (AccuracyLimits); 1: it was not to be
    std::string createdAt;  ///< ISO 8601, UTC
    DataFacts facts = {};   ///< of the data

    double accuracy() const { return total > 0 ? static_cast<double>(correct) / static_cast<double>(total) : 0; }
};

/// One row of the history: an Evaluation without its per-image predictions.
struct EvaluationSummary {
    std::int64_t id = 0;
    std::string modelName, modelHash, dataName, dataHash, split;
    BitConfiguration bits;
    std::int64_t correct = 0, total = 0;
    std::int64_t bitops = 0, weightBytes = 0, normBytes = 0;
    std::string device, backend, createdAt;
    int looks = 1;         ///< as in Evaluation
    DataFacts facts = {};  ///< of the data

    double accuracy() const { return total > 0 ? static_cast<double>(correct) / static_cast<double>(total) : 0; }
    Interval interval() const { return wilson(correct, total); }
};

/// The first digits of a hash: enough to tell things of one name apart.
std::string shortHash(const std::string& hash);
/// "as they are, 3 files left out, 3f2a91c0": what tells data of one name apart, fit for a terminal.
std::string toText(const DataFacts& facts, const std::string& dataHash);

/// Whether two evaluations visit the same images in the same order, as far as each went.
bool sameImages(const Evaluation& a, const Evaluation& b);

/// How B compares with A on the images that both have seen; the looks at the one that was stopped early count. Unclear
/// with a reason where the images are others.
AccuracyComparison compareAccuracy(const Evaluation& a, const Evaluation& b, double margin);

struct LayerTime {
    std::string name;
    int requestedBits = 0;
    int executedBits = 0;  ///< 32: simulated on floats
    std::string kernel;
    Quartiles milliseconds;
};

/// A figure of a measurement besides its latency: what it is, its unit, and how sure it is.
struct Metric {
    std::string tag;          ///< "peak_resident", "energy_per_inference", …
    std::string unit;         ///< "B", "J", "MHz", …
    std::string source = {};  ///< what it was read from, or over what: "RAPL package-0"; may be empty
    double value = 0;
    std::optional<Interval> ci95;  ///< nothing: exact, or read once
    std::int64_t n = 1;            ///< samples behind the value
};

/// A measured latency of one configuration: raw samples and what they were taken under.
struct Measurement {
    std::int64_t id = 0;
    std::string modelHash, modelName;
    BitConfiguration bits;
    std::string backend, device;
    int threads = 1, batch = 1;
    bool simulated = false;  ///< true for the reference executor: not a low-bit time
    std::vector<double>
        samplesMs;  ///< one whole run of `batch` images each; sample i was taken in round i of its group
    Quartiles latencyMs;
    Interval medianCi95;                ///< of the median, milliseconds
    std::string stopReason;             ///< why sampling ended: "target", "plateau", "time" or "count"
    int looks = 1;                      ///< how often the samples were looked at before that (LatencyLimits)
    std::optional<double> predictedMs;  ///< what the layer table said beforehand
    std::optional<double> noiseFloor;  ///< largest |ratio − 1| that a configuration showed against itself in this group
    std::vector<LayerTime> layers;
    std::optional<Metric> layerSumMs;  ///< Σ of a run's layers, over the runs that `layers` is of
    std::vector<Metric> metrics;
    std::vector<std::string> unreadable;  ///< what this machine does not tell: "energy: no RAPL, no NVML"
    std::vector<std::string> warnings;    ///< what disturbed it, one sentence each; nothing is discarded for it
    std::string machine, build, environmentJson;
    std::int64_t runGroup = 0;  ///< measurements interleaved in one run share it
    std::string createdAt;

    /// Fills latencyMs and medianCi95 from samplesMs.
    void summarize();
    /// predicted / measured − 1; nothing without a prediction.
    std::optional<double> predictionError() const;
};

/// How B compares with A where both were measured in turns in one run; else unclear with a reason, and the ratio of
/// their medians without an interval. Simulated bits are never compared.
LatencyComparison compareLatency(const Measurement& a, const Measurement& b, double margin);

}  // namespace bitdesk
