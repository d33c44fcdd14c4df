// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/network/bit_configuration.h"
#include "core/results/fields.h"
#include "core/statistics/intervals.h"

// Values as JSON and back, by their fields.
namespace bitdesk {

/// As results and reports show it: keys in the order of the fields.
struct Told {
    using Json = nlohmann::ordered_json;
};
/// As the store keeps it: keys sorted, samples in short.
struct Stored {
    using Json = nlohmann::json;
};

// Values that look otherwise than their fields; those of one struct are declared beside it.
nlohmann::ordered_json jsonOf(Told, const Quartiles& q);   ///< {median, q1, q3, n}
nlohmann::json jsonOf(Stored, const Quartiles& q);         ///< [median, q1, q3, n]
nlohmann::ordered_json jsonOf(Told, std::uint64_t value);  ///< a text: readers of JSON have 53 bits
nlohmann::ordered_json jsonOf(Told, const std::vector<std::uint16_t>& classes);  ///< base64, little endian
nlohmann::ordered_json jsonOf(Told, const std::vector<std::uint8_t>& verdicts);  ///< base64

template <typename Style, typename T>
typename Style::Json jsonOf(Style style, const T& value);

/// Adds each field to an object.
template <typename Style>
struct IntoJson {
    typename Style::Json& json;
    void operator()(const char* key, const auto& value) const { json[key] = jsonOf(Style{}, value); }
    void derived(const char* key, const auto& value) const { (*this)(key, value); }
};

template <typename Style, typename T>
typename Style::Json jsonOf(Style style, const std::optional<T>& value) {
    return value ? typename Style::Json(jsonOf(style, *value)) : typename Style::Json();
}
template <typename Style, typename T>
typename Style::Json jsonOf(Style style, const std::vector<T>& values) {
    auto json = Style::Json::array();
    for (const T& value : values) json.push_back(jsonOf(style, value));
    return json;
}
template <typename Style, typename T>
typename Style::Json jsonOf(Style, const OrNull<T>& value) {
    return value.value == value.none ? typename Style::Json() : typename Style::Json(value.value);
}
template <typename Style, typename T>
typename Style::Json jsonOf(Style, const IndexOrNone<T>& index) {
    const bool none = std::same_as<Style, Told> && index.value < 0;
    return none ? typename Style::Json() : typename Style::Json(index.value);
}
template <typename Style>
typename Style::Json jsonOf(Style, const Interval& interval) {
    return {interval.low, interval.high};
}
template <typename Style>
typename Style::Json jsonOf(Style, const BitConfiguration& bits) {
    return bits.bits;
}
template <typename Style, typename T>
typename Style::Json jsonOf(Style, const T& value) {
    if constexpr (Described<const T>) {
        auto json = Style::Json::object();
        fields(value, IntoJson<Style>{json});
        return json;
    } else {
        static_assert(!std::is_enum_v<T>, "an enum is told by its name: include what declares that");
        return value;
    }
}

nlohmann::ordered_json toldJson(const auto& value) { return jsonOf(Told{}, value); }
nlohmann::json storedJson(const auto& value) { return jsonOf(Stored{}, value); }
/// The text that the store keeps: bytes that are no UTF-8, as the kernel's files may hold, are replaced.
std::string storedText(const auto& value) {
    return storedJson(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// One of a value's fields, perhaps under another key.
struct Pick {
    std::string_view key, as;
    constexpr Pick(const char* same) : key(same), as(same) {}  // NOLINT(google-explicit-constructor): lists of keys
    constexpr Pick(const char* field, const char* shown) : key(field), as(shown) {}
};
/// A list of fields, in the order in which they are shown.
using Picks = std::vector<Pick>;

namespace detail {
[[noreturn]] void failPick(std::string_view key);
/// Puts the fields that are picked where their places are.
struct PickedInto {
    nlohmann::ordered_json& json;
    const Picks& picks;
    std::size_t& left;
    void operator()(const char* key, const auto& value) const {
        for (const Pick& pick : picks)
            if (pick.key == key) {
                json[std::string(pick.as)] = toldJson(value);
                --left;
            }
    }
    void derived(const char* key, const auto& value) const { (*this)(key, value); }
};
}  // namespace detail

/// As Told, but these fields alone. Throws Error (Internal) for one that the value has not.
template <typename T>
nlohmann::ordered_json picked(const T& value, const Picks& picks) {
    nlohmann::ordered_json json;
    for (const Pick& pick : picks) json[std::string(pick.as)] = nullptr;
    std::size_t left = picks.size();
    fields(value, detail::PickedInto{json, picks, left});
    if (left > 0) detail::failPick(picks.front().key);
    return json;
}

// Values out of JSON that IntoJson or picked() wrote, by their fields and strictly: a value of another type, a negative
// or absurd count, throw Error. What is derived is known, and passed over.

// One value, not null; `key` names it for an Error.
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::string& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, bool& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, int& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::int64_t& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::uint64_t& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, double& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, Quartiles& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::vector<std::uint8_t>& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::vector<std::uint16_t>& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, BitConfiguration& value);
/// Makes sure of a list of so many entries.
void checkList(const JsonReader& reader, const char* key, const nlohmann::json& json, std::size_t size);

/// Which fields must be there; the others keep their values.
enum class Required { None, Counts, All };

template <Required required>
struct FromJson {
    JsonReader& reader;
    const Picks* picks = nullptr;  ///< those alone; nullptr: all

    template <typename T>
    void operator()(const char* key, T&& value) const {
        constexpr bool kCount = std::is_same_v<std::decay_t<T>, std::int64_t>;
        constexpr bool kMust = required == Required::All || (required == Required::Counts && kCount);
        if (picks != nullptr && std::ranges::find(*picks, std::string_view(key), &Pick::key) == picks->end()) return;
        const nlohmann::json* json = kMust ? &reader.get(key) : reader.find(key);
        if (json != nullptr) read(key, *json, value);
    }
    void derived(const char* key, const auto&) const { reader.find(key); }

private:
    template <typename T>
    void read(const char* key, const nlohmann::json& json, T& value) const {
        if constexpr (requires { readValue(reader, key, json, value); }) {
            readValue(reader, key, json, value);
        } else {
            JsonReader inner = reader.object(json, key);
            fields(value, FromJson{inner});
        }
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, std::optional<T>& value) const {
        value.reset();
        if (!json.is_null()) read(key, json, value.emplace());
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, std::vector<T>& values) const {
        if constexpr (requires { readValue(reader, key, json, values); }) {
            readValue(reader, key, json, values);
        } else {
            if (!json.is_array()) reader.fail(key, "is no list");
            values.clear();
            for (const nlohmann::json& entry : json) read(key, entry, values.emplace_back());
        }
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, OrNull<T> member) const {
        if (json.is_null()) member.value = member.none;
        else read(key, json, member.value);
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, IndexOrNone<T> index) const {
        if (json.is_null()) index.value = -1;
        else read(key, json, index.value);
    }
};

/// Parses a text of the store. Says whether all of it was as it should be; else the value is as it was before.
template <Required required = Required::None, typename T>
bool readStored(const std::string& text, T& value) try {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    JsonReader reader(json, "", "", "");
    T read = value;
    fields(read, FromJson<required>{reader});
    value = std::move(read);
    return true;
} catch (const std::exception&) {
    return false;
}

}  // namespace bitdesk
