// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/read_fields.h"

#include <cmath>
#include <limits>

#include "core/results/conditions.h"

namespace bitdesk {

using Json = nlohmann::json;

namespace {

template <typename Number>
void readWhole(const JsonReader& reader, const char* key, const Json& json, Number& value) {
    constexpr auto kLeast = std::numeric_limits<Number>::min(), kMost = std::numeric_limits<Number>::max();
    if (!json.is_number_integer() || json < kLeast || json > kMost) reader.fail(key, "is no whole number in range");
    value = json.get<Number>();
}

}  // namespace

void readValue(JsonReader& reader, const char* key, const Json& json, std::string& value) {
    if (!json.is_string()) reader.fail(key, "is no text");
    value = json.get<std::string>();
}
void readValue(JsonReader& reader, const char* key, const Json& json, bool& value) {
    if (!json.is_boolean()) reader.fail(key, "is neither true nor false");
    value = json.get<bool>();
}
void readValue(JsonReader& reader, const char* key, const Json& json, int& value) {
    readWhole(reader, key, json, value);
}
void readValue(JsonReader& reader, const char* key, const Json& json, std::int64_t& value) {
    readWhole(reader, key, json, value);
}
void readValue(JsonReader& reader, const char* key, const Json& json, std::uint64_t& value) {
    readWhole(reader, key, json, value);
}
void readValue(JsonReader& reader, const char* key, const Json& json, double& value) {
    if (!json.is_number() || !std::isfinite(json.get<double>())) reader.fail(key, "is no number");
    value = json.get<double>();
}
void readValue(JsonReader& reader, const char* key, const Json& json, Quartiles& value) {
    checkList(reader, key, json, 4);
    readValue(reader, key, json[0], value.median);
    readValue(reader, key, json[1], value.q1);
    readValue(reader, key, json[2], value.q3);
    readValue(reader, key, json[3], value.n);
}
void readValue(JsonReader& reader, const char* key, const Json& json, BitConfiguration& value) {
    if (!json.is_array()) reader.fail(key, "is no list of bit-widths");
    value.bits.clear();
    for (const Json& bits : json) readValue(reader, key, bits, value.bits.emplace_back());
}

void readThrottles(JsonReader& reader, const char* key, const Json& json, std::optional<std::uint64_t>& bits) {
    bits.reset();
    if (json.is_null()) return;
    std::vector<std::string> names;
    if (!json.is_array()) reader.fail(key, "is no list");
    for (const Json& name : json) readValue(reader, key, name, names.emplace_back());
    bits = gpu_throttle::bits(names);
}

void checkList(const JsonReader& reader, const char* key, const Json& json, std::size_t size) {
    if (!json.is_array() || json.size() != size) reader.fail(key, "is no list of " + std::to_string(size));
}

}  // namespace bitdesk
