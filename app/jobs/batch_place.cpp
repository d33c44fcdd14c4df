// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_place.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bitdesk::jobs {
namespace {

struct OptionKey {
    std::string_view option, key;
    bool ofWhole = false;  ///< a key of the whole batch, not of a sweep or report
};
constexpr std::array kKeys{OptionKey{"--device", "device", true},
                           OptionKey{"--backend", "backend", true},
                           OptionKey{"--threads", "threads", true},
                           OptionKey{"--db", "db", true},
                           OptionKey{"--seed", "seed"},
                           OptionKey{"--data", "data"},
                           OptionKey{"--split", "split"},
                           OptionKey{"--limit", "limit"},
                           OptionKey{"--batch", "batch"},
                           OptionKey{"--resize", "resize"},
                           OptionKey{"--data-memory", "data_memory"},
                           OptionKey{"--exif", "exif"},
                           OptionKey{"--skip-bad", "skip_bad"},
                           OptionKey{"--class-map", "class_map"},
                           OptionKey{"--configs", "configurations"},
                           OptionKey{"--latency", "latency"},
                           OptionKey{"--report", "out"},
                           OptionKey{"--out", "out"},
                           OptionKey{"--title", "title"},
                           OptionKey{"--baseline", "baseline"},
                           OptionKey{"--fail-on", "fail_on"}};

/// The option at the start of a text, and nullptr for one that a batch file has no key for.
const OptionKey* optionAt(std::string_view text) {
    const std::string_view option = text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"));
    const auto found = std::ranges::find(kKeys, option, &OptionKey::option);
    return found != kKeys.end() ? &*found : nullptr;
}

/// A text in which each option is the key that stands for it.
std::string withKeys(const std::string& text) {
    std::string told;
    for (std::size_t i = 0; i < text.size();) {
        const bool begins = text.compare(i, 2, "--") == 0 && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '(');
        const OptionKey* found = begins ? optionAt(std::string_view(text).substr(i)) : nullptr;
        if (found == nullptr) {
            told += text[i++];
            continue;
        }
        told += '"' + std::string(found->key) + '"';
        i += found->option.size();
    }
    return told;
}

std::string placeOf(const std::string& key, const std::string& where) {
    const auto dot = key.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : key.substr(0, dot + 1), last = key.substr(parent.size());
    if (where.empty() || where == last) return key;
    const OptionKey* option = optionAt(where);
    if (option == nullptr) return key + ": " + where;
    const std::string rest = where.substr(option->option.size());
    const std::string name(option->key);
    const std::string place = option->ofWhole ? name : last.starts_with(name) ? key : parent + name;
    return place + (rest.empty() ? "" : ":" + rest);
}

}  // namespace

Error placedIn(const Batch& batch, const std::string& key, const Error& error) {
    if (batch.file.empty()) return error;
    return {error.kind(), batch.file.string() + ": " + placeOf(key, error.where()), withKeys(error.reason()),
            withKeys(error.hint())};
}

}  // namespace bitdesk::jobs
