// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/network/bit_configuration.h"
#include "core/results/conditions.h"
#include "core/results/fields.h"
#include "core/statistics/intervals.h"
#include "core/statistics/verdicts.h"

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

/// What an evaluation came to: one row of the history.
struct EvaluationSummary : EvaluationKey {
    std::int64_t id = 0;  ///< 0: not stored
    std::string modelName, dataName;
    std::int64_t correct = 0, total = 0;
    std::int64_t bitops = 0, weightBytes = 0, normBytes = 0;
    std::string device, backend;
    std::string createdAt;  ///< ISO 8601, UTC
    int looks = 1;          ///< how often it might have been ended before it was (AccuracyLimits); 1: it was not to be
    DataFacts facts = {};   ///< of the data

    const EvaluationKey& key() const { return *this; }
    void setKey(const EvaluationKey& key) { static_cast<EvaluationKey&>(*this) = key; }
    double accuracy() const { return total > 0 ? static_cast<double>(correct) / static_cast<double>(total) : 0; }
    Interval interval() const { return wilson(correct, total); }
};
template <SelfOf<EvaluationSummary> Self>
void fields(Self& s, const auto& visit) {
    visit("id", s.id);
    visit("model", s.modelName);
    visit("model_hash", s.modelHash);
    visit("data", s.dataName);
    visit("data_hash", s.dataHash);
    visit("preparation", s.facts.preparation);
    visit("skipped", s.facts.skipped);
    visit("split", s.split);
    visit("bits", s.bits);
    visit("correct", s.correct);
    visit("total", s.total);
    visit.derived("accuracy", s.accuracy());
    visit.derived("ci95", s.interval());
    visit("bitops", s.bitops);
    visit("weight_bytes", s.weightBytes);
    visit("norm_bytes", s.normBytes);
    visit("device", s.device);
    visit("backend", s.backend);
    visit("created_at", s.createdAt);
    visit("looks", s.looks);
    visit.derived("stopped_early", s.looks > 1);
    visit("subset", s.subset);
    visit("order_seed", s.orderSeed);
    visit("numerics", s.numericsVersion);
}

/// A finished evaluation. `predictions[i]` is the class given to the i-th image of the permutation.
struct Evaluation : EvaluationSummary {
    double seconds = 0;  ///< wall time
    std::vector<std::uint16_t> predictions;
    std::vector<std::uint8_t> correctMask;  ///< 1 where right, in the same order
};
template <SelfOf<Evaluation> Self>
void fields(Self& s, const auto& visit) {
    using Summary = std::conditional_t<std::is_const_v<Self>, const EvaluationSummary, EvaluationSummary>;
    fields(static_cast<Summary&>(s), visit);
    visit("seconds", s.seconds);
    visit("predictions", s.predictions);
    visit("correct_mask", s.correctMask);
}

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
template <SelfOf<LayerTime> Self>
void fields(Self& s, const auto& visit) {
    visit("name", s.name);
    visit("requested_bits", s.requestedBits);
    visit("executed_bits", s.executedBits);
    visit("kernel", s.kernel);
    visit("median", s.milliseconds.median);
    visit("q1", s.milliseconds.q1);
    visit("q3", s.milliseconds.q3);
    visit("n", s.milliseconds.n);
}

/// A figure of a measurement besides its latency: what it is, its unit, and how sure it is.
struct Metric {
    std::string tag;          ///< "peak_resident", "energy_per_inference", …
    std::string unit;         ///< "B", "J", "MHz", …
    std::string source = {};  ///< what it was read from, or over what: "RAPL package-0"; may be empty
    double value = 0;
    std::optional<Interval> ci95;  ///< nothing: exact, or read once
    std::int64_t n = 1;            ///< samples behind the value
};
template <SelfOf<Metric> Self>
void fields(Self& s, const auto& visit) {
    visit("tag", s.tag);
    visit("source", orNull(s.source));
    visit("unit", s.unit);
    visit("value", s.value);
    visit("ci95", s.ci95);
    visit("n", s.n);
}

/// What a measurement tells besides its samples.
struct MeasurementDetails {
    std::string stopReason;             ///< why sampling ended: "target", "plateau", "time" or "count"
    int looks = 1;                      ///< how often the samples were looked at before that (LatencyLimits)
    std::optional<double> predictedMs;  ///< what the layer table said beforehand
    std::optional<double> noiseFloor;  ///< largest |ratio − 1| that a configuration showed against itself in this group
    std::optional<Metric> layerSumMs;  ///< Σ of a run's layers, over the runs that `layers` is of
    std::vector<Metric> metrics;
    std::vector<std::string> unreadable;  ///< what this machine does not tell: "energy: no RAPL, no NVML"
    std::vector<std::string> warnings;    ///< what disturbed it, one sentence each; nothing is discarded for it
};
template <SelfOf<MeasurementDetails> Self>
void fields(Self& s, const auto& visit) {
    visit("stop_reason", s.stopReason);
    visit("looks", s.looks);
    visit("predicted_ms", s.predictedMs);
    visit("noise_floor", s.noiseFloor);
    visit("layer_sum_ms", s.layerSumMs);
    visit("metrics", s.metrics);
    visit("unreadable", s.unreadable);
    visit("warnings", s.warnings);
}

/// What a latency is of and was taken on: times of one are not times of another.
struct LatencyKey {
    std::string modelHash, backend, device, machine, build;
    int threads = 1, batch = 1;
    bool operator==(const LatencyKey&) const = default;
};

/// A measured latency of one configuration: raw samples and what they were taken under.
struct Measurement : MeasurementDetails, LatencyKey {
    std::int64_t id = 0;
    std::string modelName;
    BitConfiguration bits;
    bool simulated = false;  ///< true for the reference executor: not a low-bit time
    std::vector<double>
        samplesMs;  ///< one whole run of `batch` images each; sample i was taken in round i of its group
    Quartiles latencyMs;
    Interval medianCi95;  ///< of the median, milliseconds
    std::vector<LayerTime> layers;
    Conditions conditions;
    std::int64_t runGroup = 0;  ///< measurements interleaved in one run share it
    std::string createdAt;

    const LatencyKey& key() const { return *this; }
    /// Fills latencyMs and medianCi95 from samplesMs.
    void summarize();
    /// predicted / measured − 1; nothing without a prediction.
    std::optional<double> predictionError() const;
};
template <SelfOf<Measurement> Self>
void fields(Self& s, const auto& visit) {
    using Details = std::conditional_t<std::is_const_v<Self>, const MeasurementDetails, MeasurementDetails>;
    visit("id", s.id);
    visit("model", s.modelName);
    visit("model_hash", s.modelHash);
    visit("bits", s.bits);
    visit("backend", s.backend);
    visit("device", s.device);
    visit("threads", s.threads);
    visit("batch", s.batch);
    visit("simulated", s.simulated);
    visit.derived("latency_ms", s.latencyMs);
    visit.derived("median_ci95_ms", s.medianCi95);
    visit("machine", s.machine);
    visit("build", s.build);
    visit("run_group", s.runGroup);
    visit("created_at", s.createdAt);
    visit("environment", s.conditions);
    visit("details", static_cast<Details&>(s));
    visit("layers", s.layers);
    visit("samples_ms", s.samplesMs);
}

/// How B compares with A where both were measured in turns in one run; else unclear with a reason, and the ratio of
/// their medians without an interval. Simulated bits are never compared.
LatencyComparison compareLatency(const Measurement& a, const Measurement& b, double margin);

}  // namespace bitdesk
