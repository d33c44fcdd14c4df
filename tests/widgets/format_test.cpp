// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/format.h"

#include <gtest/gtest.h>

#include "tests/widgets/samples.h"

namespace bitdesk {
namespace {

TEST(Format, TimesHaveOneUnitByTheLongest) {
    EXPECT_EQ(TimeUnit::forLongest(0.4123).name, QStringLiteral("µs"));
    EXPECT_EQ(TimeUnit::forLongest(0.4123).number(0.4123), QStringLiteral("412.3"));
    EXPECT_EQ(TimeUnit::forLongest(4.1234).number(0.4123), QStringLiteral("0.412"));
    EXPECT_EQ(TimeUnit::forLongest(412.34).number(412.34), QStringLiteral("412.3"));
    EXPECT_EQ(TimeUnit::forLongest(4).interval({.low = 1, .high = 2.5}), QStringLiteral("[1.000, 2.500]"));
}

TEST(Format, FiguresShowTheirSpread) {
    EXPECT_EQ(TimeUnit::forFigure(0.412, 0.003).number(0.412), QStringLiteral("412.0"));
    EXPECT_EQ(TimeUnit::forFigure(0.412, 0.00004).number(0.00004), QStringLiteral("0.04"));
    EXPECT_EQ(TimeUnit::forFigure(41.2, 0.5).number(41.2), QStringLiteral("41.20"));
    EXPECT_EQ(TimeUnit::forFigure(4.12, 0.0004).number(4.12), QStringLiteral("4.1200"));
}

TEST(Format, AFigureHasTheUnitThatItHasInATable) {
    for (const double ms : {0.005, 0.0617, 0.1051, 0.9, 1.1, 12.0, 400.0}) {
        EXPECT_EQ(TimeUnit::forFigure(ms, 0).name, TimeUnit::forLongest(ms).name) << ms;
        EXPECT_EQ(TimeUnit::forFigure(ms, 0).number(ms), TimeUnit::forLongest(ms).number(ms)) << ms;
    }
}

TEST(Format, AnErrorIsNegativeWhereTooLittleWasPredicted) {
    EXPECT_EQ(formatError(0.0617 / 0.1049 - 1), QStringLiteral("−41.2 %"));
    EXPECT_EQ(formatError(0.018), QStringLiteral("+1.8 %"));
}

TEST(Format, AMixIsADigitALayer) {
    EXPECT_EQ(shortMix({{2, 4, 4, 3}}), QStringLiteral("2443"));
    EXPECT_EQ(shortMix({{2, 16, 4}}), QStringLiteral("2(16)4"));
    BitConfiguration deep{std::vector<int>(50, 4)};
    deep.bits.front() = 2;
    EXPECT_EQ(shortMix(deep), QStringLiteral("24444444…44444444"));
}

TEST(Format, SignsAreTrueOnes) {
    EXPECT_EQ(formatSigned(1.23, 1), QStringLiteral("+1.2"));
    EXPECT_EQ(formatSigned(-1.75, 1), QStringLiteral("−1.8"));
    EXPECT_EQ(TimeUnit::forLongest(0.4).number(-0.0008), QStringLiteral("−0.8"));
}

TEST(Format, ForeignTextBecomesOnePrintableLine) {
    const QString text = printable(samples::kHostile);
    EXPECT_FALSE(text.contains('\n'));
    EXPECT_FALSE(text.contains(QChar(0x202e)));
    EXPECT_TRUE(text.startsWith(QStringLiteral("<b>conv</b> ")));  // shown as it is written
    EXPECT_LE(printable(std::string(5000, 'x')).size(), 300);
}

}  // namespace
}  // namespace bitdesk
