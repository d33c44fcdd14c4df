// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/measurement_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bitdesk {
namespace {

using Json = nlohmann::json;

Json numberOrNull(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::optional<double> numberAt(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::vector<std::string> stringsAt(const Json& json, const char* key) {
    std::vector<std::string> texts;
    const auto found = json.find(key);
    if (found != json.end() && found->is_array())
        for (const Json& entry : *found)
            if (entry.is_string()) texts.push_back(entry.get<std::string>());
    return texts;
}

std::string stringAt(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json metricJson(const Metric& metric) {
    Json json{{"tag", metric.tag},
              {"unit", metric.unit},
              {"source", metric.source},
              {"value", metric.value},
              {"n", metric.n}};
    if (metric.ci95) {
        json["low"] = metric.ci95->low;
        json["high"] = metric.ci95->high;
    }
    return json;
}

Metric metricFrom(const Json& json) {
    Metric metric;
    metric.tag = stringAt(json, "tag");
    metric.source = stringAt(json, "source");
    metric.unit = stringAt(json, "unit");
    metric.value = numberAt(json, "value").value_or(0);
    metric.n = static_cast<std::int64_t>(std::clamp(numberAt(json, "n").value_or(1), 0.0, 1e15));
    const auto low = numberAt(json, "low"), high = numberAt(json, "high");
    if (low && high) metric.ci95 = Interval{*low, *high};
    return metric;
}

}  // namespace

std::string layerTimesToJson(const std::vector<LayerTime>& layers) {
    nlohmann::json json = nlohmann::json::array();
    for (const LayerTime& layer : layers)
        json.push_back({{"name", layer.name},
                        {"requested_bits", layer.requestedBits},
                        {"executed_bits", layer.executedBits},
                        {"kernel", layer.kernel},
                        {"median", layer.milliseconds.median},
                        {"q1", layer.milliseconds.q1},
                        {"q3", layer.milliseconds.q3},
                        {"n", layer.milliseconds.n}});
    return json.dump();
}

std::vector<LayerTime> layerTimesFromJson(const std::string& text) {
    std::vector<LayerTime> layers;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_array()) return layers;
    for (const auto& entry : json) try {
            if (!entry.is_object()) continue;
            LayerTime layer;
            layer.name = entry.value("name", "");
            layer.requestedBits = entry.value("requested_bits", 0);
            layer.executedBits = entry.value("executed_bits", 0);
            layer.kernel = entry.value("kernel", "");
            layer.milliseconds = {entry.value("median", 0.0), entry.value("q1", 0.0), entry.value("q3", 0.0),
                                  entry.value("n", std::int64_t{0})};
            layers.push_back(std::move(layer));
        } catch (const nlohmann::json::type_error&) {
            // another program's entry
        }
    return layers;
}

std::string detailsToJson(const Measurement& m) {
    Json metrics = Json::array();
    for (const Metric& metric : m.metrics) metrics.push_back(metricJson(metric));
    const Json json{{"stop_reason", m.stopReason},
                    {"looks", m.looks},
                    {"predicted_ms", numberOrNull(m.predictedMs)},
                    {"noise_floor", numberOrNull(m.noiseFloor)},
                    {"layer_sum_ms", m.layerSumMs ? metricJson(*m.layerSumMs) : Json()},
                    {"metrics", std::move(metrics)},
                    {"unreadable", m.unreadable},
                    {"warnings", m.warnings}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void readDetails(const std::string& text, Measurement& m) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return;
    m.stopReason = stringAt(json, "stop_reason");
    m.looks = static_cast<int>(std::clamp(numberAt(json, "looks").value_or(1), 1.0, 1e6));
    const auto within = [&](const char* key, double most) {
        const auto value = numberAt(json, key);
        return value && *value >= 0 && *value <= most ? value : std::nullopt;
    };
    constexpr double kMostMs = 1e9, kMostFloor = 1e3;  // beyond, another program's
    m.predictedMs = within("predicted_ms", kMostMs);
    m.noiseFloor = within("noise_floor", kMostFloor);
    m.unreadable = stringsAt(json, "unreadable");
    m.warnings = stringsAt(json, "warnings");
    if (const auto sum = json.find("layer_sum_ms"); sum != json.end() && sum->is_object())
        m.layerSumMs = metricFrom(*sum);
    if (const auto metrics = json.find("metrics"); metrics != json.end() && metrics->is_array())
        for (const Json& entry : *metrics)
            if (entry.is_object()) m.metrics.push_back(metricFrom(entry));
}

}  // namespace bitdesk
