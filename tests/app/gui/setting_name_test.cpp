// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "app/gui/window_settings.h"
#include "core/store/store.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

/// Whoever sits at a window has typed no option.
TEST(WindowSettingName, ErrorsNameWhatTheWindowHas) {
    const test::TemporaryFolder folder;
    const auto file = folder / "notes.sqlite";
    test::writeText(file, "not a database, but long enough to be taken for one by its name alone");
    try {
        const Store store(file);
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(error.hint().find("File ▸ Open results…"), std::string::npos) << error.what();
        EXPECT_EQ(error.hint().find("--"), std::string::npos) << error.what();
    }
    EXPECT_EQ(windowSettingName("skip-bad"), "bitdesk's --skip-bad") << "which no dialog sets";
}

}  // namespace
}  // namespace bitdesk
