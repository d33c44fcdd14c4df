// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitdesk {

/// What the name of a file or folder says that nobody put there for its own sake: "hidden", "*:Zone.Identifier",
/// "Thumbs.db", "__MACOSX", …; empty: nothing.
std::string_view litterKind(const std::string& name);

/// Whether a file's name ends as that of a picture, of whatever format.
bool hasPictureEnding(const std::string& name);

/// Whether a folder's name says no more than that images lie in it: "images", "JPEGImages".
bool namesAPile(const std::string& name);

/// What a folder's name says of a split.
struct SplitName {
    enum class Kind { Train, Val, Test, Eval, Unlabelled };
    Kind kind = Kind::Train;
    std::string rest;  ///< what else it says, but for words as "set", "images" and numbers: "" of "Train_Set", "cats"
                       ///< of "cats-test"
};
/// Nothing where a name says nothing of a split, or of more than one.
std::optional<SplitName> splitNamed(const std::string& name);

/// ASCII letters made small.
std::string lowerCase(std::string text);

/// "a, b, c and 4 more", fit for a terminal.
std::string enumerated(const std::vector<std::string>& names, std::size_t most = 5);

}  // namespace bitdesk
