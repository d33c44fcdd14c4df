// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/setting_name.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

TEST(SettingName, IsTheShells) {
    const auto option = [](std::string_view setting) { return "--" + std::string(setting); };
    EXPECT_EQ(settingName("data-memory"), "--data-memory") << "as these tests' own shell calls it";
    nameSettings([](std::string_view setting) { return "File > " + std::string(setting); });
    EXPECT_EQ(settingName("db"), "File > db");
    nameSettings(nullptr);
    EXPECT_EQ(settingName("db"), "'db'");
    nameSettings(option);
    EXPECT_EQ(settingName("db"), "--db");
}

}  // namespace
}  // namespace bitdesk
