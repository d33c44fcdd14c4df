// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>

#include "core/results/json_fields.h"
#include "core/results/layer_table.h"
#include "core/results/results.h"

// What of results looks otherwise in JSON than its fields: how sampled figures look in every JSON of the program (never
// without spread and count), and how the store keeps them in short.
namespace bitdesk {

/// How the store keeps conditions, and other JSON shows them under "environment": one object, keys sorted; what is not
/// readable is null. What was read is as it was; null where that is no JSON.
nlohmann::json jsonOf(Stored, const Conditions& conditions);
nlohmann::ordered_json jsonOf(Told, const Conditions& conditions);
std::string toJson(const Conditions& conditions);
/// Values of another type than they are here are left out, all of them.
Conditions conditionsFromJson(const std::string& text);

nlohmann::json jsonOf(Stored, const Metric& metric);            ///< low and high instead of ci95, where there is one
nlohmann::ordered_json jsonOf(Told, const LayerTime& layer);    ///< times as {median, q1, q3, n}
nlohmann::ordered_json jsonOf(Told, const LayerCell& cell);     ///< {median, q1, q3, n, ci95}
nlohmann::json jsonOf(Stored, const LayerCell& cell);           ///< [[median, q1, q3, n], low, high]
nlohmann::ordered_json jsonOf(Told, const LayerRow& row);       ///< with "fader" and "time_ms"
nlohmann::ordered_json jsonOf(Told, const LayerFinding& f);     ///< with "from_ms" and "to_ms"
nlohmann::ordered_json jsonOf(Told, const LayerTableCheck& c);  ///< {bits, predicted_ms, measured_ms, error}
nlohmann::json jsonOf(Stored, const LayerTableCheck& c);        ///< [bits, predicted, measured, low, high]
template <typename Style>
typename Style::Json jsonOf(Style, SlowCause cause) {
    return toText(cause);
}
/// {delta, ci95, n, only_a, only_b, p_value, verdict, reason}
nlohmann::ordered_json jsonOf(Told, const AccuracyComparison& comparison);
/// {ratio, ci95, n, noise_floor, below_noise, verdict, reason}; `known` false: there is no ratio.
nlohmann::ordered_json latencyJson(const LatencyComparison& comparison, bool known = true);

void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, Metric& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, LayerCell& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, LayerTableCheck& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, SlowCause& value);
// As the store reads them, null for none.
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, Conditions& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, MeasurementDetails& value);

// storedText() of a measurement's layers, of what else it tells, and of a layer table without key, conditions and date
// is what the store keeps of them; it is read again by these.

/// None where the list is damaged.
std::vector<LayerTime> layerTimesFromJson(const std::string& text);

/// What is missing stays at its default, and all of them where one is damaged.
void readDetails(const std::string& text, MeasurementDetails& details);
/// Nothing for a text that is not a whole table: a shape that does not fit, a missing field, an absurd number.
std::optional<LayerTable> layerTableFromJson(const std::string& text);

}  // namespace bitdesk
