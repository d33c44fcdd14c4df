// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace bitdesk {

/// JSON from untrusted text. Refuses what readers disagree about or what exhausts a parser: duplicate keys, invalid
/// UTF-8, NUL bytes, nesting beyond `maxDepth` levels, more than two million values. Throws Error (BadInput) reading
/// "<where>: <subject> is …".
nlohmann::json parseStrictJson(std::string_view text, int maxDepth, const std::string& where,
                               const std::string& subject);

/// An object of an untrusted JSON file, and where it stands in it. Every key is asked for by its name; finish() refuses
/// the rest. Everything that does not fit throws Error (BadInput): "<file>: sweeps[0].limit is no whole number …".
class JsonReader {
public:
    /// `whole` names the outermost object; `hint` ends each error. `json` must outlive the reader.
    JsonReader(const nlohmann::json& json, std::string file, std::string whole, std::string hint);
    virtual ~JsonReader() = default;
    JsonReader(const JsonReader&) = default;

    [[noreturn]] void fail(const std::string& key, const std::string& reason) const;
    /// nullptr where it is not there; the key is known from now on.
    const nlohmann::json* find(const char* key);
    const nlohmann::json& get(const char* key);

    std::string text(const char* key, const std::string& otherwise, bool required = false);
    bool boolean(const char* key, bool otherwise);
    std::int64_t whole(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
    double real(const char* key, double otherwise, double least, double most);
    /// One text, or a list of them.
    std::vector<std::string> texts(const char* key, bool required);

    JsonReader object(const nlohmann::json& json, const std::string& key) const;
    /// A list of objects, each read by `read(JsonReader)`.
    template <typename Entry, typename Read>
    std::vector<Entry> list(const char* key, bool required, const Read& read) {
        const nlohmann::json* value = find(key);
        std::vector<Entry> entries;
        if (value == nullptr && !required) return entries;
        if (value == nullptr) lacks(key);
        if (!value->is_array() || (required && value->empty())) fail(key, "is no list with entries");
        for (std::size_t i = 0; i < value->size(); ++i)
            entries.push_back(read(object((*value)[i], std::string(key) + "[" + std::to_string(i) + "]")));
        return entries;
    }

    void finish() const;

protected:
    /// How an Error says where and why; `key` empty: of the whole object.
    virtual Error refusal(const std::string& key, const std::string& reason) const;
    /// A key that was not asked for.
    std::optional<std::string> unknown() const;

private:
    [[noreturn]] void lacks(const char* key) const;
    std::string at(const std::string& key) const;

    const nlohmann::json& m_json;
    std::string m_file, m_whole, m_hint;
    bool m_outermost = true;
    std::vector<std::string> m_known;
};

/// The same JSON with a \u escape, which means the same, for what would steer a terminal that shows it
/// (steeringBytes()).
std::string withEscapes(std::string_view json);

/// JSON as it is given to people and other programs: indented, with such escapes and a line's end; what is no UTF-8 in
/// it becomes U+FFFD.
std::string jsonText(const nlohmann::ordered_json& json, int indent = 2);

}  // namespace bitdesk
