// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/read_fields.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/base64.h"

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
    if (value < 0) reader.fail(key, "is negative");
}
/// A number, or a text of one.
void readValue(JsonReader& reader, const char* key, const Json& json, std::uint64_t& value) {
    if (!json.is_string()) return readWhole(reader, key, json, value);
    const auto& text = json.get_ref<const std::string&>();
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) reader.fail(key, "is no number");
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
void readValue(JsonReader& reader, const char* key, const Json& json, std::vector<std::uint8_t>& value) {
    auto bytes = json.is_string() ? fromBase64(json.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) reader.fail(key, "is no base64");
    value = std::move(*bytes);
}
void readValue(JsonReader& reader, const char* key, const Json& json, std::vector<std::uint16_t>& value) {
    std::vector<std::uint8_t> bytes;
    readValue(reader, key, json, bytes);
    value.clear();
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        value.push_back(static_cast<std::uint16_t>(bytes[i] | (bytes[i + 1] << 8U)));
}

void checkList(const JsonReader& reader, const char* key, const Json& json, std::size_t size) {
    if (!json.is_array() || json.size() != size) reader.fail(key, "is no list of " + std::to_string(size));
}

}  // namespace bitdesk
