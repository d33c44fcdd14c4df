// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/json_reader.h"

#include <fmt/format.h>
#include <algorithm>

namespace bitdesk {

using Json = nlohmann::json;

JsonReader::JsonReader(const Json& json, std::string file, std::string whole, std::string hint)
    : m_json(json), m_file(std::move(file)), m_whole(std::move(whole)), m_hint(std::move(hint)) {
    if (!json.is_object()) throw JsonReader::refusal("", "is no object");
}

Error JsonReader::refusal(const std::string& key, const std::string& reason) const {
    return {ErrorKind::BadInput, m_file, at(key) + " " + reason, m_hint};
}

void JsonReader::fail(const std::string& key, const std::string& reason) const { throw refusal(key, reason); }

void JsonReader::lacks(const char* key) const { fail("", std::string("lacks \"") + key + "\""); }

const Json* JsonReader::find(const char* key) {
    if (std::ranges::find(m_known, key) == m_known.end()) m_known.emplace_back(key);
    const auto found = m_json.find(key);
    return found != m_json.end() ? &*found : nullptr;
}

const Json& JsonReader::get(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) lacks(key);
    return *value;
}

std::string JsonReader::text(const char* key, const std::string& otherwise, bool required) {
    const Json* value = find(key);
    if (value == nullptr && required) lacks(key);
    if (value == nullptr) return otherwise;
    if (!value->is_string() || value->get_ref<const std::string&>().find('\0') != std::string::npos)
        fail(key, "is no text");
    if (required && value->get_ref<const std::string&>().empty()) fail(key, "is empty");
    return value->get<std::string>();
}

bool JsonReader::boolean(const char* key, bool otherwise) {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) fail(key, "is neither true nor false");
    return value->get<bool>();
}

std::int64_t JsonReader::whole(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    const bool fits = value->is_number_integer() && *value >= least && *value <= most;
    if (!fits) fail(key, fmt::format("is no whole number from {} to {}", least, most));
    return value->get<std::int64_t>();
}

double JsonReader::real(const char* key, double otherwise, double least, double most) {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_number() || !(*value >= least && *value <= most))
        fail(key, fmt::format("is no number from {} to {}", least, most));
    return value->get<double>();
}

std::vector<std::string> JsonReader::texts(const char* key, bool required) {
    const Json* value = find(key);
    if (value == nullptr && required) lacks(key);
    std::vector<std::string> all;
    if (value == nullptr) return all;
    for (const Json& entry : value->is_array() ? *value : Json::array({*value})) {
        if (!entry.is_string() || entry.get_ref<const std::string&>().empty())
            fail(key, "is neither a text nor a list of texts");
        all.push_back(entry.get<std::string>());
    }
    if (required && all.empty()) fail(key, "is empty");
    return all;
}

std::string JsonReader::at(const std::string& key) const {
    if (key.empty()) return m_whole;
    return m_outermost ? key : m_whole + "." + key;
}

JsonReader JsonReader::object(const Json& json, const std::string& key) const {
    JsonReader inner(json, m_file, at(key), m_hint);
    inner.m_outermost = false;
    return inner;
}

std::optional<std::string> JsonReader::unknown() const {
    for (const auto& [key, value] : m_json.items())
        if (std::ranges::find(m_known, key) == m_known.end()) return key;
    return std::nullopt;
}

void JsonReader::finish() const {
    const auto key = unknown();
    if (!key) return;
    std::string known;
    for (const std::string& name : m_known) known += (known.empty() ? "" : ", ") + name;
    fail(*key, "is not known; known here: " + known);
}

}  // namespace bitdesk
