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
#include "core/results/json_of.h"

// Values out of JSON that IntoJson or picked() wrote, by their fields and strictly: a value of another type, a negative
// or absurd count, throw Error. What is derived is known, and passed over.
namespace bitdesk {

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
