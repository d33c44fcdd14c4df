// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/format.h"

#include <gtest/gtest.h>

#include "tests/widgets/samples.h"

namespace bitdesk {
namespace {

TEST(Format, TimesHaveTheDigitsOfTheReport) {
    for (const double ms : {0.005, 0.0617, 0.1051, 0.9, 1.1, 12.0, 400.0}) {
        const TimeScale report = TimeScale::forLongest(ms);
        const TimeUnit unit = TimeUnit::forLongest(ms);
        EXPECT_EQ(unit.number(ms).toStdString(), report.number(ms));
        EXPECT_EQ(unit.name.toStdString(), report.name);
        EXPECT_EQ(unit.interval({.low = ms, .high = 2 * ms}).toStdString(), report.interval({ms, 2 * ms}));
    }
    EXPECT_EQ(TimeUnit::forLongest(0.4123).number(0.4123), QStringLiteral("412.30"));
    EXPECT_EQ(TimeUnit::forLongest(0.4).number(-0.0008), QStringLiteral("−0.80"));
}

TEST(Format, AnErrorIsNegativeWhereTooLittleWasPredicted) {
    EXPECT_EQ(formatError(0.0617 / 0.1049 - 1), QStringLiteral("−41.2 %"));
    EXPECT_EQ(formatError(0.018), QStringLiteral("+1.8 %"));
}

TEST(Format, ForeignTextBecomesOnePrintableLine) {
    const QString text = shownText(samples::kHostile);
    EXPECT_FALSE(text.contains('\n'));
    EXPECT_FALSE(text.contains(QChar(0x202e)));
    EXPECT_TRUE(text.startsWith(QStringLiteral("<b>conv</b> ")));  // shown as it is written
    EXPECT_LE(shownText(std::string(5000, 'x')).size(), 300);
}

}  // namespace
}  // namespace bitdesk
