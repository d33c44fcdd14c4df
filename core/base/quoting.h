// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <span>
#include <string>

namespace bitdesk {

/// A word as a shell reads it back: itself where it is plain, else in single quotes.
std::string shellQuoted(const std::string& word);

/// A cell of CSV, fit for a terminal (printable()): quoted where it must be; text that a spreadsheet would run as a
/// formula is made plain.
std::string csvCell(const std::string& text);

/// A list as one cell: "[4,3]", as JSON has it. Without the brackets a spreadsheet takes it for a number with a decimal
/// comma, or with groups of digits, and "4-3" for a day.
std::string csvList(std::span<const int> values);

/// The same CSV as UTF-8 that says so by a byte order mark; without one Excel takes it for the system's code page.
std::string csvForSpreadsheets(const std::string& csv);

}  // namespace bitdesk
