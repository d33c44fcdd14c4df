// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/number_text.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

TEST(DecimalComma, IsWrittenAsAPoint) {
    EXPECT_EQ(withDecimalPoint("0,353"), "0.353");
    EXPECT_EQ(withDecimalPoint("-12,5"), "-12.5");
    EXPECT_EQ(withDecimalPoint("+0,5"), "+0.5");
    EXPECT_EQ(withDecimalPoint("0,5pp"), "0.5pp");
    EXPECT_EQ(withDecimalPoint("1,5G"), "1.5G");
    EXPECT_EQ(withDecimalPoint("5,5 %"), "5.5 %");
    EXPECT_EQ(withDecimalPoint("1,5e-3"), "1.5e-3");
    EXPECT_EQ(withDecimalPoint(",5"), "0.5");
    EXPECT_EQ(withDecimalPoint("-,5"), "-0.5");
}

TEST(DecimalComma, IsNoneInListsAndOtherTexts) {
    for (const char* other : {"", ",", "5", "0.5", "5,", "4,3,2", "1,234.5", "1.234,5", "a,5", "0,x", "--", "4,,3"})
        EXPECT_FALSE(withDecimalPoint(other)) << other;
}

}  // namespace
}  // namespace bitdesk
