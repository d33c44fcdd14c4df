// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bitdesk {

/// What names of tensors say of each other.

/// By number where both have one: "conv2" comes before "conv10".
bool naturallyLess(const std::string& a, const std::string& b);

/// A name around its last number; without one, `before` is all of it.
struct NumberedName {
    std::string before, number, after;
};
NumberedName lastNumber(const std::string& name);

/// The last numbers of names that are equal before and after them.
std::map<std::pair<std::string, std::string>, std::set<std::string>> numberGroups(
    const std::vector<std::string>& names);

/// Whether a number in a name may be a bit-width: 1 … 8, 16, 32.
bool isWidth(const std::string& number);

/// Names whose last number runs through the widths and perhaps more of them ("{bits}"), or through 0, 1, … ("{index}"),
/// as one pattern; the others as they are.
std::vector<std::string> collapsed(const std::vector<std::string>& names, const std::vector<int>& bits);

/// How much two names have in common: whole parts at their beginning ("layer1.0" of "layer1.0.conv1" and
/// "layer1.0.bn1"), then the same number in the first part that differs ("conv1", "bn1"), then a common beginning
/// ("short", "short_bn").
int likeness(const std::string& a, const std::string& b);

}  // namespace bitdesk
