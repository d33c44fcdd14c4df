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

/// Watches a parse as it goes, so that a hostile text is refused before it has cost memory.
class Watch {
public:
    Watch(int maxDepth, const std::string& where, const std::string& subject)
        : m_maxDepth(maxDepth), m_where(where), m_subject(subject) {}

    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_where, m_subject + " " + reason);
    }

    void operator()(int depth, Json::parse_event_t event, const Json& value) {
        constexpr int kMaxEvents = 2'000'000;
        if (++m_events > kMaxEvents) fail("has too many values");
        switch (event) {
            case Json::parse_event_t::object_start:
            case Json::parse_event_t::array_start:
                if (depth >= m_maxDepth)
                    fail("is nested too deeply (more than " + std::to_string(m_maxDepth) + " levels)");
                m_keys.emplace_back();
                break;
            case Json::parse_event_t::object_end:
            case Json::parse_event_t::array_end: m_keys.pop_back(); break;
            case Json::parse_event_t::key:
                if (!m_keys.back().insert(value.get<std::string>()).second)
                    fail("has the key '" + value.get<std::string>() + "' twice");
                break;
            case Json::parse_event_t::value: break;
        }
    }

private:
    int m_maxDepth;
    int m_events = 0;
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
    try {
        return Json::parse(text.begin(), text.end(), [&](int depth, Json::parse_event_t event, Json& value) {
            watch(depth, event, value);
            return true;
        });
    } catch (const Json::parse_error& error) {
        watch.fail("is not valid JSON at byte " + std::to_string(error.byte));
    } catch (const Json::exception&) {
        watch.fail("holds a number that is out of range");
    }
}

}  // namespace bitdesk
