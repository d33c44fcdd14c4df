// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bitdesk {

// What names of tensors say of each other.

/// By number where both have one: "conv2" comes before "conv10".
bool naturallyLess(const std::string& a, const std::string& b);

/// What numbers say of the order of use; nothing where the first difference is none of numbers.
enum class NameOrder { Before, After, Unknown };
/// "blocks.2.conv" is before "blocks.10.conv", "branch2a" before "branch2b"; "conv_dw" and "conv_pw" say nothing.
NameOrder orderByNumber(const std::string& a, const std::string& b);

/// Names in the order of use, as far as is known. Where the file keeps the order of the modules (`names` are not
/// sorted) that is it, and numbers may not contradict; else numbers must tell. False where it is not known.
bool isOrderKnown(const std::vector<std::string>& names, bool ofModules);

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

/// How many whole parts two names begin with alike: 2 for "layer1.0.conv1" and "layer1.0.bn1".
int sharedParts(const std::string& a, const std::string& b);

/// The name without its end; empty where it has another.
std::string withoutSuffix(const std::string& name, const std::string& suffix);

/// Whether a module or tensor is below another; everything is below "".
bool isBelow(const std::string& name, const std::string& module);

}  // namespace bitdesk
