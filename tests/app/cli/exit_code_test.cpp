// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/verb.h"

#include <gtest/gtest.h>

namespace bitdesk::cli {
namespace {

TEST(ExitCode, ScriptsRelyOnWhatAKindOfErrorIs) {
    EXPECT_EQ(exitCode(ErrorKind::Usage), 2);
    EXPECT_EQ(exitCode(ErrorKind::BadInput), 3);
    EXPECT_EQ(exitCode(ErrorKind::Resource), 4);
    EXPECT_EQ(exitCode(ErrorKind::Internal), 5);
}

}  // namespace
}  // namespace bitdesk::cli
