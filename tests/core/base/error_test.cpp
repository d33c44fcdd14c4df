// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/error.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

std::string text(const std::string& where, const std::string& reason, const std::string& hint = {}) {
    return Error(ErrorKind::BadInput, where, reason, hint).what();
}

TEST(Error, ReadsAsSentences) {
    EXPECT_EQ(text("a.bin", "is too short"), "a.bin: is too short.");
    EXPECT_EQ(text("a.bin", "is too short", "Copy it again"), "a.bin: is too short. Copy it again.");
    EXPECT_EQ(text("", "nothing to do"), "nothing to do.");
    EXPECT_EQ(text("a.bin", ""), "a.bin.");
}

TEST(Error, DoesNotDoublePunctuation) {
    EXPECT_EQ(text("a", "ended.", "Is it plugged in?"), "a: ended. Is it plugged in?");
    EXPECT_EQ(text("a", "known: x, y, …"), "a: known: x, y, …");
}

TEST(Error, KeepsItsParts) {
    const Error error(ErrorKind::Resource, "disk", "is full", "Free some space");
    EXPECT_EQ(error.kind(), ErrorKind::Resource);
    EXPECT_EQ(error.where(), "disk");
    EXPECT_EQ(error.reason(), "is full");
    EXPECT_EQ(error.hint(), "Free some space");
}

TEST(Error, HostileNamesReachNoTerminal) {
    EXPECT_EQ(text("\x1b[31mred",
                   "line\nbr\x7f"
                   "eak"),
              "?[31mred: line br?eak.");
}

TEST(Error, HugeNamesAreCutBetweenCharacters) {
    std::string long_name(999, 'a');
    long_name += "ä";  // two bytes, across the limit of 1000
    const std::string shown = text(long_name + std::string(5'000'000, 'b'), "is odd");
    EXPECT_EQ(shown, std::string(999, 'a') + "…: is odd.");
}

TEST(Printable, KeepsTextAndDropsWhatSteersATerminal) {
    EXPECT_EQ(printable("größer → 4\nnext\tone"), "größer → 4 next one");
    EXPECT_EQ(printable("\x1b[31m"), "?[31m");
    EXPECT_EQ(printable("\xC2\x9B"
                        "31m"),
              "?31m");  // U+009B, a control sequence in one character
    EXPECT_EQ(printable("a\xE2\x80\xAE"
                        "b\xE2\x80\xA8"
                        "c"),
              "a?b?c");  // U+202E turns the line, U+2028 breaks it
    EXPECT_EQ(printable("\xE2"), "\xE2") << "half a character at the end";
}

}  // namespace
}  // namespace bitdesk
