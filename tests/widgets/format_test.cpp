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

TEST(Format, MillisecondsShowTheirSpread) {
    EXPECT_EQ(TimeUnit::forFigure(0.412, 0.003).number(0.412), QStringLiteral("0.412"));
    EXPECT_EQ(TimeUnit::forFigure(0.412, 0.0004).number(0.0004), QStringLiteral("0.0004"));
    EXPECT_EQ(TimeUnit::forFigure(41.2, 0.5).number(41.2), QStringLiteral("41.20"));
    EXPECT_EQ(TimeUnit::forFigure(0.412, 0).digits, 3);
}

TEST(Format, SignsAreTrueOnes) {
    EXPECT_EQ(formatSigned(1.23, 1), QStringLiteral("+1.2"));
    EXPECT_EQ(formatSigned(-1.75, 1), QStringLiteral("−1.8"));
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
