// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/base/build_info.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/exchange/export_format.h"

namespace bitdesk {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr const char* kWholeNetwork = "network";

/// nvbench writes numbers as text, so that nothing is lost on the way.
std::string number(double value) { return fmt::format("{}", value); }

OrderedJson summary(const std::string& tag, const char* name, const char* hint, const char* type,
                    const std::string& value) {
    return {{"tag", tag},
            {"name", name},
            {"hint", hint},
            {"data", OrderedJson::array({{{"name", "value"}, {"type", type}, {"value", value}}})}};
}

/// A duration in seconds under one of nvbench's tags for isolated runs.
OrderedJson duration(const std::string& statistic, const char* name, double milliseconds) {
    return summary("nv/cold/time/gpu/" + statistic, name, "duration", "float64", number(milliseconds / 1000));
}

OrderedJson share(const std::string& statistic, const char* name, double value) {
    return summary("nv/cold/time/gpu/" + statistic, name, "percentage", "float64", number(value));
}

OrderedJson sampleSize(std::int64_t n) {
    return summary("nv/cold/sample_size", "Samples", "sample_size", "int64", std::to_string(n));
}

void addQuartiles(OrderedJson& summaries, const Quartiles& q) {
    summaries.push_back(duration("q1", "Q1", q.q1));
    summaries.push_back(duration("median", "Median", q.median));
    summaries.push_back(duration("q3", "Q3", q.q3));
    summaries.push_back(duration("iqr/absolute", "IQR", q.q3 - q.q1));
    if (q.median > 0) summaries.push_back(share("iqr/relative", "Rel IQR", (q.q3 - q.q1) / q.median));
}

OrderedJson wholeSummaries(const Measurement& m) {
    const std::vector<double>& samples = m.samplesMs;
    const auto n = static_cast<double>(samples.size());
    const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
    double squares = 0;
    for (const double sample : samples) squares += (sample - mean) * (sample - mean);
    OrderedJson summaries = OrderedJson::array({sampleSize(static_cast<std::int64_t>(samples.size()))});
    summaries.push_back(duration("min", "Min Time", *std::ranges::min_element(samples)));
    summaries.push_back(duration("max", "Max Time", *std::ranges::max_element(samples)));
    summaries.push_back(duration("mean", "Time", mean));
    if (n > 1 && mean > 0) {  // readers take no null
        const double deviation = std::sqrt(squares / (n - 1));
        summaries.push_back(duration("stdev/absolute", "Stdev", deviation));
        summaries.push_back(share("stdev/relative", "Noise", deviation / mean));
    }
    addQuartiles(summaries, m.latencyMs);
    for (const auto& [end, value] : {std::pair("low", m.medianCi95.low), std::pair("high", m.medianCi95.high)})
        summaries.push_back(summary(std::string("bitdesk/latency/median/ci95/") + end, "Median CI95", "duration",
                                    "float64", number(value / 1000)));
    return summaries;
}

OrderedJson layerSummaries(const LayerTime& layer) {
    OrderedJson summaries = OrderedJson::array({sampleSize(layer.milliseconds.n)});
    addQuartiles(summaries, layer.milliseconds);
    return summaries;
}

OrderedJson state(const std::string& layer, const Measurement& m, OrderedJson summaries) {
    return {{"name", fmt::format("Layer={} Batch={} Threads={}", layer, m.batch, m.threads)},
            {"device", 0},
            {"type_config_index", 0},
            {"axis_values",
             OrderedJson::array({{{"name", "Layer"}, {"type", "string"}, {"value", layer}},
                                 {{"name", "Batch"}, {"type", "int64"}, {"value", std::to_string(m.batch)}},
                                 {{"name", "Threads"}, {"type", "int64"}, {"value", std::to_string(m.threads)}}})},
            {"summaries", std::move(summaries)},
            {"is_skipped", false}};
}

OrderedJson axis(const char* name, const char* type, const std::vector<std::string>& texts) {
    OrderedJson values = OrderedJson::array();
    for (const std::string& text : texts)
        values.push_back({{"input_string", text}, {"description", ""}, {"value", text}});
    return {{"name", name}, {"type", type}, {"flags", ""}, {"values", std::move(values)}};
}

OrderedJson benchmark(const Measurement& m) {
    std::vector<std::string> layers{kWholeNetwork};
    OrderedJson states = OrderedJson::array({state(kWholeNetwork, m, wholeSummaries(m))});
    for (const LayerTime& layer : m.layers) {
        layers.push_back(layer.name);
        states.push_back(state(layer.name, m, layerSummaries(layer)));
    }
    return {
        {"name", m.modelName},
        {"index", 0},
        {"min_samples", static_cast<std::int64_t>(m.samplesMs.size())},
        {"devices", OrderedJson::array({0})},
        {"axes", OrderedJson::array({axis("Layer", "string", layers), axis("Batch", "int64", {std::to_string(m.batch)}),
                                     axis("Threads", "int64", {std::to_string(m.threads)})})},
        {"states", std::move(states)}};
}

OrderedJson version(int major, int minor, int patch) {
    return {
        {"major", major}, {"minor", minor}, {"patch", patch}, {"string", fmt::format("{}.{}.{}", major, minor, patch)}};
}

}  // namespace

ExportedMix toNvbench(const ExportInput& input) {
    if (input.measurement == nullptr || input.measurement->samplesMs.empty())
        throw Error(ErrorKind::BadInput, input.model.name, "there is no measurement of this mix",
                    "Run bitdesk profile with this mix and --db first");
    const Measurement& m = *input.measurement;
    const OrderedJson root{
        {"meta",
         {{"argv", OrderedJson::array({"bitdesk", "profile", m.modelName, "--bits", toText(m.bits)})},
          {"version", {{"json", version(1, 0, 0)}, {"bitdesk", {{"string", BITDESK_VERSION}}}}},
          {"bitdesk",
           {{"measurement", m.id},
            {"model_hash", m.modelHash},
            {"bits", m.bits.bits},
            {"backend", m.backend},
            {"simulated", m.simulated},
            {"machine", m.machine},
            {"build", m.build},
            {"created_at", m.createdAt},
            {"stop_reason", m.stopReason},
            {"warnings", m.warnings}}}}},
        {"devices", OrderedJson::array({{{"id", 0}, {"name", m.device}}})},
        {"benchmarks", OrderedJson::array({benchmark(m)})}};
    ExportedMix mix;
    mix.bytes = jsonText(root);
    mix.notes = {
        "Times are wall times of whole runs on the device that is named, a run a sample; they stand under the tags "
        "nv/cold/time/gpu/…, since these are the ones that nvbench_compare reads.",
        "The mix is in meta.bitdesk.bits and in no axis, so that nvbench_compare sets two mixes of a model side by "
        "side. Layers carry quartiles and no mean."};
    if (m.simulated)
        mix.notes.emplace_back("The reference backend holds low-bit codes in floats: these are no low-bit times.");
    return mix;
}

}  // namespace bitdesk
