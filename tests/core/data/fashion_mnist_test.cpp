// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/data/data_set.h"

namespace bitdesk {
namespace {

TEST(FashionMnist, HasItsPublishedCountsAndLabels) {
    const auto train = openDataSet("fashion-mnist", Split::Train);
    const auto val = openDataSet("fashion-mnist", Split::Val);
    const auto test = openDataSet("fashion-mnist", Split::Test);
    EXPECT_EQ(train->size(), 55'000);
    EXPECT_EQ(val->size(), 5'000);
    EXPECT_EQ(test->size(), 10'000);
    const int labels[] = {9, 2, 1, 1, 6, 1, 4, 6, 5, 7};  // the test set's first ten
    for (int i = 0; i < 10; ++i) EXPECT_EQ(test->label(i), labels[i]) << i;
}

TEST(FashionMnist, UnknownFolderIsNamed) {
    try {
        openDataSet("/nowhere/at/all", Split::Test);
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_NE(std::string(error.what()).find("/nowhere/at/all"), std::string::npos);
    }
}

}  // namespace
}  // namespace bitdesk
