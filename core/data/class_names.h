// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bitdesk {

/// A class name without what people write differently: letter case, blanks, '_', '-', '/' and ':' between words, zeros
/// before a number. "T-shirt/top" and "t_shirt top" are one, and so are "c03" and "C3"; "-1" and "1", "0.05" and "0.5",
/// "1-2" and "12" are not.
std::string looseName(const std::string& name);

/// What the names count, where they are nothing but numbers: "0", "1", …; "00", "01"; "c0" … "c9"; "class_3", "digit
/// 7". Nothing where they have no common beginning, or a number twice.
std::optional<std::vector<std::int64_t>> numbersOf(const std::vector<std::string>& names);

/// "class 0", "class 1", …: what classes are called that have no names.
std::vector<std::string> numberedNames(std::size_t count);

/// A name of whatever length, fit for a message; in quotes; and the first few: "'a', 'b', 'c', …".
std::string shownName(const std::string& name);
std::string quotedName(const std::string& name);
std::string someOf(const std::vector<std::string>& names);

}  // namespace bitdesk
