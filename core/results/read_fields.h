// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json_reader.h"
#include "core/network/bit_configuration.h"
#include "core/results/fields.h"
#include "core/statistics/intervals.h"

// Values out of JSON that IntoJson<Stored> wrote, by their fields and strictly: a value of another type throws Error.
namespace bitdesk {

// One value, not null; `key` names it for an Error.
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::string& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, bool& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, int& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::int64_t& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, std::uint64_t& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, double& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, Quartiles& value);
void readValue(JsonReader& reader, const char* key, const nlohmann::json& json, BitConfiguration& value);
void readThrottles(JsonReader& reader, const char* key, const nlohmann::json& json, std::optional<std::uint64_t>& bits);
/// Makes sure of a list of so many entries.
void checkList(const JsonReader& reader, const char* key, const nlohmann::json& json, std::size_t size);

/// Whether fields may be missing.
enum class Missing { Keeps, Refuses };

template <Missing missing>
struct FromJson {
    JsonReader& reader;

    template <typename T>
    void operator()(const char* key, T&& value) const {
        const nlohmann::json* json = missing == Missing::Refuses ? &reader.get(key) : reader.find(key);
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
        if (!json.is_array()) reader.fail(key, "is no list");
        values.clear();
        for (const nlohmann::json& entry : json) read(key, entry, values.emplace_back());
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, OrNull<T> member) const {
        if (json.is_null()) member.value = member.none;
        else read(key, json, member.value);
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, IndexOrNone<T> index) const {
        read(key, json, index.value);
    }
    template <typename T>
    void read(const char* key, const nlohmann::json& json, Throttles<T> throttles) const {
        readThrottles(reader, key, json, throttles.bits);
    }
};

/// Parses a text of the store. Says whether all of it was as it should be; else the value is as it was before.
template <Missing missing = Missing::Keeps, typename T>
bool readStored(const std::string& text, T& value) try {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    JsonReader reader(json, "", "", "");
    T read = value;
    fields(read, FromJson<missing>{reader});
    value = std::move(read);
    return true;
} catch (const std::exception&) {
    return false;
}

}  // namespace bitdesk
