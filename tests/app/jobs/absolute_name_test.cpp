// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/named_files.h"

#include <gtest/gtest.h>
#include <filesystem>

#include "tests/app/jobs/small_workplace.h"

namespace bitdesk::jobs {
namespace {

TEST(AbsoluteName, IsOfFilesAlone) {
    const test::SmallWorkplace place;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(place.folder.path());
    std::filesystem::create_directory("fashion-mnist");
    EXPECT_EQ(absoluteName("data"), (place.folder / "data").string());
    EXPECT_EQ(absoluteName("fashion-mnist"), "fashion-mnist") << "a data set's name, whatever lies here";
    EXPECT_EQ(absoluteName("random:resnet14"), "random:resnet14");
    EXPECT_EQ(absoluteName("nowhere"), "nowhere");
    EXPECT_EQ(absoluteName(""), "");
    std::filesystem::current_path(before);
}

}  // namespace
}  // namespace bitdesk::jobs
