// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/utf8.h"

#include <nlohmann/json.hpp>

namespace bitdesk {

std::string validUtf8(const std::string& text) {
    using Json = nlohmann::json;
    const bool plain =
        text.find_first_not_of(
            " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~") ==
        std::string::npos;
    if (plain) return text;
    // The library's writer replaces what is not valid; reading that back leaves the text alone.
    return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

}  // namespace bitdesk
