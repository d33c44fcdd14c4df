// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/results_json.h"

#include <algorithm>
#include <array>

namespace bitdesk {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

Json jsonOf(Stored, const Conditions& conditions) {
    if (conditions.record) {
        const Json json = Json::parse(*conditions.record, nullptr, false);
        return json.is_discarded() ? Json() : json;
    }
    Json json = Json::object();
    fields(conditions, IntoJson<Stored>{json});
    return json;
}

OrderedJson jsonOf(Told, const Conditions& conditions) { return storedJson(conditions); }

std::string toJson(const Conditions& conditions) {
    return conditions.record ? *conditions.record : storedText(conditions);
}

Conditions conditionsFromJson(const std::string& text) {
    Conditions conditions;
    readStored(text, conditions);
    conditions.record = text;
    return conditions;
}

Json jsonOf(Stored, const Metric& metric) {
    Json json{{"tag", metric.tag},
              {"unit", metric.unit},
              {"source", metric.source},
              {"value", metric.value},
              {"n", metric.n}};
    if (metric.ci95) json.update({{"low", metric.ci95->low}, {"high", metric.ci95->high}});
    return json;
}

OrderedJson jsonOf(Told, const LayerTime& layer) {
    OrderedJson json = picked(layer, {"name", "requested_bits", "executed_bits", "kernel"});
    if (layer.requestedBits <= 0) json["requested_bits"] = nullptr;
    json["time_ms"] = toldJson(layer.milliseconds);
    return json;
}

OrderedJson jsonOf(Told, const LayerCell& cell) {
    OrderedJson json = toldJson(cell.milliseconds);
    json["ci95"] = toldJson(cell.ci95);
    return json;
}
Json jsonOf(Stored, const LayerCell& cell) { return {storedJson(cell.milliseconds), cell.ci95.low, cell.ci95.high}; }

OrderedJson jsonOf(Told, const LayerRow& row) {
    return picked(row, {"name",
                        {"quantizable", "fader"},
                        {"next", "next_fader"},
                        "macs",
                        "kernels",
                        "executed_bits",
                        "weight_bytes",
                        {"cells", "time_ms"}});
}

OrderedJson jsonOf(Told, const LayerFinding& f) {
    return picked(f, {"layer",
                      "from_bits",
                      "to_bits",
                      "bitops_ratio",
                      {"from", "from_ms"},
                      {"to", "to_ms"},
                      "cause",
                      "explanation"});
}

OrderedJson jsonOf(Told, const LayerTableCheck& c) {
    return {{"bits", c.bits.bits},
            {"predicted_ms", c.predictedMs},
            {"measured_ms", {{"value", c.measuredMs}, {"ci95", toldJson(c.measuredCi95)}}},
            {"error", c.error()}};
}
Json jsonOf(Stored, const LayerTableCheck& c) {
    return {c.bits.bits, c.predictedMs, c.measuredMs, c.measuredCi95.low, c.measuredCi95.high};
}

OrderedJson jsonOf(Told, const AccuracyComparison& c) {
    const PairedDifference& d = c.difference;
    const bool known = d.total > 0;
    return {{"delta", known ? OrderedJson(d.delta) : OrderedJson()},
            {"ci95", known ? toldJson(d.interval) : OrderedJson()},
            {"n", d.total},
            {"only_a", d.onlyA},
            {"only_b", d.onlyB},
            {"p_value", known ? OrderedJson(c.pValue) : OrderedJson()},
            {"verdict", toText(c.verdict)},
            {"reason", c.reason}};
}

OrderedJson latencyJson(const LatencyComparison& c, bool known) {
    return {{"ratio", known ? OrderedJson(c.ratio) : OrderedJson()},
            {"ci95", toldJson(c.ci95)},
            {"n", c.pairs},
            {"noise_floor", toldJson(c.noiseFloor)},
            {"below_noise", c.belowNoise},
            {"verdict", toText(c.verdict)},
            {"reason", c.reason}};
}

void readValue(JsonReader& reader, const char* key, const Json& json, Metric& value) {
    JsonReader inner = reader.object(json, key);
    const FromJson<Required::None> read{inner};
    read("tag", value.tag);
    read("unit", value.unit);
    read("source", value.source);
    read("value", value.value);
    read("n", value.n);
    if (inner.find("low") == nullptr || inner.find("high") == nullptr) return;
    value.ci95.emplace();
    read("low", value.ci95->low);
    read("high", value.ci95->high);
}

void readValue(JsonReader& reader, const char* key, const Json& json, LayerCell& value) {
    checkList(reader, key, json, 3);
    readValue(reader, key, json[0], value.milliseconds);
    readValue(reader, key, json[1], value.ci95.low);
    readValue(reader, key, json[2], value.ci95.high);
}

void readValue(JsonReader& reader, const char* key, const Json& json, LayerTableCheck& value) {
    checkList(reader, key, json, 5);
    readValue(reader, key, json[0], value.bits);
    readValue(reader, key, json[1], value.predictedMs);
    readValue(reader, key, json[2], value.measuredMs);
    readValue(reader, key, json[3], value.measuredCi95.low);
    readValue(reader, key, json[4], value.measuredCi95.high);
}

void readValue(JsonReader& reader, const char* key, const Json& json, SlowCause& value) {
    constexpr std::array kCauses{SlowCause::Noise, SlowCause::Fallback, SlowCause::MemoryBound,
                                 SlowCause::EpilogueBound, SlowCause::Kernel};
    std::string text;
    readValue(reader, key, json, text);
    const auto known = std::ranges::find(kCauses, text, [](SlowCause c) { return std::string(toText(c)); });
    if (known == kCauses.end()) reader.fail(key, "is no cause that this version knows");
    value = *known;
}

namespace {

std::string textOf(JsonReader& reader, const char* key, const Json& json) {
    if (!json.is_null() && !json.is_object()) reader.fail(key, "is no object");
    return json.is_null() ? "{}" : json.dump();
}

}  // namespace

void readValue(JsonReader& reader, const char* key, const Json& json, Conditions& value) {
    value = conditionsFromJson(textOf(reader, key, json));
}
void readValue(JsonReader& reader, const char* key, const Json& json, MeasurementDetails& value) {
    readDetails(textOf(reader, key, json), value);
}

std::vector<LayerTime> layerTimesFromJson(const std::string& text) try {
    const Json json{{"layers", Json::parse(text)}};
    JsonReader reader(json, "", "", "");
    std::vector<LayerTime> layers;
    FromJson<Required::None>{reader}("layers", layers);
    return layers;
} catch (const std::exception&) {
    return {};
}

void readDetails(const std::string& text, MeasurementDetails& details) {
    constexpr double kMostMs = 1e9, kMostFloor = 1e3;  // beyond, another program's
    readStored(text, details);
    const auto within = [](std::optional<double>& value, double most) {
        if (value && !(*value >= 0 && *value <= most)) value.reset();
    };
    within(details.predictedMs, kMostMs);
    within(details.noiseFloor, kMostFloor);
    details.looks = std::max(details.looks, 1);
}

std::optional<LayerTable> layerTableFromJson(const std::string& text) {
    LayerTable table;
    const bool whole = readStored<Required::All>(text, table);
    const bool fits = std::ranges::all_of(table.rows, [](const LayerRow& row) {
        const std::size_t widths = row.cells.size();
        return row.kernels.size() == widths && row.executedBits.size() == widths && row.weightBytes.size() == widths;
    });
    if (!whole || !fits) return std::nullopt;
    return table;
}

}  // namespace bitdesk
