// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/json_of.h"

#include "core/base/base64.h"
#include "core/base/error.h"

namespace bitdesk {

nlohmann::ordered_json jsonOf(Told, const Quartiles& q) {
    return {{"median", q.median}, {"q1", q.q1}, {"q3", q.q3}, {"n", q.n}};
}
nlohmann::json jsonOf(Stored, const Quartiles& q) { return {q.median, q.q1, q.q3, q.n}; }

nlohmann::ordered_json jsonOf(Told, std::uint64_t value) { return std::to_string(value); }

nlohmann::ordered_json jsonOf(Told, const std::vector<std::uint16_t>& classes) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(2 * classes.size());
    for (const std::uint16_t value : classes) {
        bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
        bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    }
    return toBase64(bytes);
}
nlohmann::ordered_json jsonOf(Told, const std::vector<std::uint8_t>& verdicts) { return toBase64(verdicts); }

std::string storedText(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void detail::failPick(std::string_view key) {
    throw Error(ErrorKind::Internal, "JSON",
                "a list of fields from " + std::string(key) + " on names one that is none");
}

}  // namespace bitdesk
