// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/base/strict_json.h"
#include "core/base/utf8.h"
#include "core/data/class_matching.h"
#include "core/data/class_names.h"

namespace bitdesk {

std::map<std::string, std::string> readClassMap(const std::string& file) {
    constexpr std::uint64_t kMostBytes = 16 << 20;
    constexpr int kDepth = 2;
    const char* hint = "It holds the model's class of each of the data's: {\"cat\": \"Cat\", \"c7\": \"Sneaker\"}";
    const auto json = parseStrictJson(readFile(file, kMostBytes), kDepth, file, "the class map");
    if (!json.is_object() || json.empty())
        throw Error(ErrorKind::BadInput, file, "the class map is no object with entries", hint);
    std::map<std::string, std::string> map;
    for (const auto& [from, to] : json.items()) {
        if (!to.is_string()) throw Error(ErrorKind::BadInput, file, quotedName(from) + " is to be no name", hint);
        if (!map.emplace(nfc(from), to.get<std::string>()).second)
            throw Error(ErrorKind::BadInput, file, "has the class " + quotedName(from) + " twice", hint);
    }
    return map;
}

}  // namespace bitdesk
