// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_place.h"

#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include "core/base/setting_name.h"

namespace bitdesk::jobs {
namespace {

struct SettingKey {
    std::string_view setting, key;
    bool ofWhole = false;  ///< a key of the whole batch, not of a sweep or report
};
constexpr std::array kKeys{
    SettingKey{"data-memory", "data_memory"},
    SettingKey{"class-map", "class_map"},
    SettingKey{"skip-bad", "skip_bad"},
    SettingKey{"baseline", "baseline"},
    SettingKey{"backend", "backend", true},
    SettingKey{"threads", "threads", true},
    SettingKey{"configs", "configurations"},
    SettingKey{"latency", "latency"},
    SettingKey{"fail-on", "fail_on"},
    SettingKey{"device", "device", true},
    SettingKey{"resize", "resize"},
    SettingKey{"report", "out"},
    SettingKey{"split", "split"},
    SettingKey{"limit", "limit"},
    SettingKey{"batch", "batch"},
    SettingKey{"title", "title"},
    SettingKey{"seed", "seed"},
    SettingKey{"data", "data"},
    SettingKey{"exif", "exif"},
    SettingKey{"out", "out"},
    SettingKey{"db", "db", true},
};

/// The setting that a text names at a place, with its name's length; nothing for one that a batch file has no key for.
std::optional<std::pair<SettingKey, std::size_t>> settingAt(const std::string& text, std::size_t at) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(') return std::nullopt;
    for (const SettingKey& key : kKeys) {
        const std::string name = settingName(key.setting);
        const std::size_t end = at + name.size();
        const bool ends =
            end >= text.size() || (std::islower(static_cast<unsigned char>(text[end])) == 0 && text[end] != '-');
        if (ends && text.compare(at, name.size(), name) == 0) return std::pair(key, name.size());
    }
    return std::nullopt;
}

/// A text in which each setting is the key that stands for it.
std::string withKeys(const std::string& text) {
    std::string told;
    for (std::size_t i = 0; i < text.size();) {
        const auto found = settingAt(text, i);
        if (found) told += '"' + std::string(found->first.key) + '"';
        else told += text[i];
        i += found ? found->second : 1;
    }
    return told;
}

std::string placeOf(const std::string& key, const std::string& where) {
    const auto dot = key.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : key.substr(0, dot + 1), last = key.substr(parent.size());
    if (where.empty() || where == last) return key;
    const auto setting = settingAt(where, 0);
    if (!setting) return key + ": " + where;
    const std::string rest = where.substr(setting->second);
    const std::string name(setting->first.key);
    const std::string place = setting->first.ofWhole ? name : last.starts_with(name) ? key : parent + name;
    return place + (rest.empty() ? "" : ":" + rest);
}

}  // namespace

Error placedIn(const Batch& batch, const std::string& key, const Error& error) {
    if (batch.file.empty()) return error;
    return {error.kind(), batch.file.string() + ": " + placeOf(key, error.where()), withKeys(error.reason()),
            withKeys(error.hint())};
}

}  // namespace bitdesk::jobs
