// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/json.h"

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "core/base/utf8.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;

/// Walks a text before anything is built of it, so that a hostile one is refused before it has cost memory. (The
/// callback of Json::parse would do both at once, but it looks through all siblings at every end of a value.)
class Watch final : public nlohmann::json_sax<Json> {
public:
    Watch(int maxDepth, const std::string& where, const std::string& subject)
        : m_maxDepth(maxDepth), m_where(where), m_subject(subject) {}

    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_where, m_subject + " " + reason);
    }

    bool null() override { return count(); }
    bool boolean(bool) override { return count(); }
    bool number_integer(number_integer_t) override { return count(); }
    bool number_unsigned(number_unsigned_t) override { return count(); }
    bool number_float(number_float_t, const string_t&) override { return count(); }
    bool string(string_t&) override { return count(); }
    bool binary(binary_t&) override { return count(); }
    bool start_object(std::size_t) override { return open(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (!m_keys.back().insert(name).second) fail("has the key '" + name + "' twice");
        return count();
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
        constexpr int kNumberOutOfRange = 406;
        if (error.id == kNumberOutOfRange) fail("holds a number that is out of range");
        fail("is not valid JSON at byte " + std::to_string(position));
    }

private:
    bool count() {
        constexpr int kMostParsed = 2'000'000;
        if (++m_values > kMostParsed) fail("has too many values");
        return true;
    }
    bool open() {
        if (static_cast<int>(m_keys.size()) >= m_maxDepth)
            fail("is nested too deeply (more than " + std::to_string(m_maxDepth) + " levels)");
        m_keys.emplace_back();
        return count();
    }
    bool close() {
        m_keys.pop_back();
        return true;
    }

    int m_maxDepth;
    int m_values = 0;
    const std::string& m_where;
    const std::string& m_subject;
    std::vector<std::set<std::string>> m_keys;  ///< of every level that is open
};

}  // namespace

Json parseStrictJson(std::string_view text, int maxDepth, const std::string& where, const std::string& subject) {
    Watch watch(maxDepth, where, subject);
    // The parser takes NUL for the end and would accept whatever follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        watch.fail("is not valid JSON: NUL at byte " + std::to_string(nul + 1));
    if (text.starts_with("\xEF\xBB\xBF")) watch.fail("is not valid JSON: it begins with a byte order mark");
    Json::sax_parse(text.begin(), text.end(), &watch);
    return Json::parse(text.begin(), text.end());
}

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
    if (const auto key = unknown()) fail(*key, fmt::format("is not known; known here: {}", fmt::join(m_known, ", ")));
}

std::string withEscapes(std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (std::size_t i = 0; i < json.size();) {
        // Writers have escaped those below U+0020; what is left of them are line ends between values.
        const std::size_t bytes = json[i] == '\n' ? 0 : steeringBytes(json, i);
        if (bytes == 0) text += json[i++];
        else text += fmt::format("\\u{:04x}", firstCodePoint(json.substr(i, bytes)));
        i += bytes;
    }
    return text;
}

std::string jsonText(const nlohmann::ordered_json& json, int indent) {
    return withEscapes(json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
}

}  // namespace bitdesk
