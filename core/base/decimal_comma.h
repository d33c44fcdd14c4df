// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bitdesk {

/// "0,5pp" → "0.5pp": one number with a decimal comma, and perhaps a unit, as it is to be written; nothing where the
/// text is anything else.
std::optional<std::string> withDecimalPoint(std::string_view text);

}  // namespace bitdesk
