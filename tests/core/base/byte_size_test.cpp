// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/number_text.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

TEST(ByteSize, IsReadAndWritten) {
    for (const char* text : {"0", "4095", "512K", "256M", "3G", "1048576G"}) {
        ASSERT_TRUE(parseByteSize(text)) << text;
        EXPECT_EQ(toByteSize(*parseByteSize(text)), text);
    }
    EXPECT_EQ(parseByteSize("256M"), 256 << 20);
    EXPECT_EQ(parseByteSize("1024K"), 1 << 20);
    for (const char* text : {"", "M", "-1", "1.5G", "1 G", "1GB", "1T", "9999999999G", "99999999999999999999"})
        EXPECT_FALSE(parseByteSize(text)) << text;
}

}  // namespace
}  // namespace bitdesk
