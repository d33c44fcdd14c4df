// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/strict_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/base/error.h"

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

}  // namespace bitdesk
