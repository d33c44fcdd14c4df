// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/exchange/fuzzed_torch_file.h"

namespace bitdesk {
namespace {

TEST(FuzzedTorchFile, UndamagedIsRead) {
    const test::TemporaryFolder folder;
    test::writeText(folder / "f.pt", test::legacyFile());
    EXPECT_EQ(readTensorFile(folder / "f.pt").names, std::vector<std::string>{"w"});
    test::writeText(folder / "f.pt", test::zipBytes({{.name = "f/data.pkl", .text = test::checkpointPickle()},
                                                     {.name = "f/data/0", .text = std::string(24, '\x3f')}}));
    EXPECT_EQ(readTensorFile(folder / "f.pt").find("w")->shape, (std::vector<std::int64_t>{2, 3}));
}

TEST(FuzzedTorchFile, IsReadOrRefused) { test::fuzzTorchFiles(400, 1); }

}  // namespace
}  // namespace bitdesk
