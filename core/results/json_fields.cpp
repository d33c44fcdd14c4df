// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/json_fields.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/base64.h"
#include "core/base/error.h"

namespace bitdesk {

nlohmann::ordered_json jsonOf(Told, const Quartiles& q) {
    return {{"median", q.median}, {"q1", q.q1}, {"q3", q.q3}, {"n", q.n}};
}
nlohmann::json jsonOf(Stored, const Quartiles& q) { return {q.median, q.q1, q.q3, q.n}; }

nlohmann::ordered_json jsonOf(Told, std::uint64_t value) { return std::to_string(value); }

nlohmann::ordered_json jsonOf(Told, const std::vector<std::uint16_t>& classes) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(2 * classes.size());
    for (const std::uint16_t value : classes) {
        bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
        bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    }
    return toBase64(bytes);
}
nlohmann::ordered_json jsonOf(Told, const std::vector<std::uint8_t>& verdicts) { return toBase64(verdicts); }

void detail::failPick(std::string_view key) {
    throw Error(ErrorKind::Internal, "JSON",
                "a list of fields from " + std::string(key) + " on names one that is none");
}

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
