// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace bitdesk {

/// A cell of CSV: quoted where it must be; text that a spreadsheet would run as a formula is made plain.
std::string csvCell(const std::string& text);

}  // namespace bitdesk
