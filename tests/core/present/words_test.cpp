// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/present/words.h"

#include <gtest/gtest.h>

#include "core/present/palette.h"

namespace bitdesk {
namespace {

TEST(Words, AMixIsADigitALayer) {
    EXPECT_EQ(shortMix({{2, 4, 4, 3}}), "2443");
    EXPECT_EQ(shortMix({{2, 16, 4}}), "2,16,4");
    EXPECT_EQ(shortMix({{3, 3, 3}}), "all 3");
    EXPECT_EQ(shortMix({{3}}), "3");
    BitConfiguration deep{std::vector<int>(50, 4)};
    EXPECT_EQ(shortMix(deep, 20), "all 4");
    deep.bits.front() = 2;
    EXPECT_EQ(shortMix(deep, 20), "24444444…44444444");
    EXPECT_EQ(shortMix(deep).size(), 50U);
}

TEST(Words, AFileNameHasAMixWhereItIsShort) {
    EXPECT_EQ(mixInFileName({{4, 4, 4}}), "4bit");
    EXPECT_EQ(mixInFileName({{4, 4, 3}}), "443");
    BitConfiguration deep{std::vector<int>(25, 4)};
    deep.bits.back() = 3;
    EXPECT_EQ(mixInFileName(deep), "mix");
}

TEST(Words, CountsHaveTheirUnit) {
    EXPECT_EQ(bitopsText(9999), "9999");
    EXPECT_EQ(bitopsText(358'300'000), "358.30 M");
    EXPECT_EQ(bitopsText(12'345'000'000), "12.35 G");
    EXPECT_EQ(kibText(1536), "1.5 KiB");
    EXPECT_EQ(grouped(-1234567), "−1\u202f234\u202f567");
}

TEST(Words, SignsAreTrueOnes) {
    EXPECT_EQ(signedText(1.23, 1), "+1.2");
    EXPECT_EQ(signedText(-1.75, 1), "−1.8");
    EXPECT_EQ(signedText(-0.01, 1), "0.0");
}

TEST(Words, TimesThatRemainAreRough) {
    EXPECT_EQ(remainingText(-1), "");
    EXPECT_EQ(remainingText(89), ", 89 s left");
    EXPECT_EQ(remainingText(91), ", 2 min left");
    EXPECT_EQ(remainingText(5399), ", 90 min left");
    EXPECT_EQ(durationText(12240), "3.4 h");
}

TEST(Words, TimesHaveOneUnitByTheLongest) {
    const TimeScale fine = TimeScale::forLongest(0.4123), coarse = TimeScale::forLongest(4.1234);
    EXPECT_EQ(fine.number(0.4123) + " " + fine.name, "412.30 µs");
    EXPECT_EQ(coarse.number(0.4123) + " " + coarse.name, "0.4123 ms");
    EXPECT_EQ(coarse.figure(4.1234, Interval{.low = 4, .high = 4.25}), "4.1234 [4.0000, 4.2500]");
}

TEST(Palette, EveryInkHasItsColourInEveryScheme) {
    for (const PaletteColour& colour : palette()) EXPECT_EQ(colourOf(colour.ink).name, colour.name);
    EXPECT_EQ(rgbOf(Ink::Accent, ColourScheme::Dark), 0x5cb8c8);
    EXPECT_EQ(rgbOf(Ink::Warning, ColourScheme::Light), 0xa85d00);
    EXPECT_EQ(rgbOf(Ink::Muted, ColourScheme::Print), 0x555555);
    EXPECT_EQ(rgbOf(Ink::Surface, ColourScheme::Print), 0xffffff);
}

}  // namespace
}  // namespace bitdesk
