// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/exchange/fuzzed_torch_file.h"

namespace bitdesk {
namespace {

/// BITDESK_FUZZ_COUNT: how many files, each run with others of them; 2000 of seed 2 where it is not set.
TEST(FuzzedTorchFiles, AreReadOrRefused) {
    const char* count = std::getenv("BITDESK_FUZZ_COUNT");
    const auto seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    if (count == nullptr) return test::fuzzTorchFiles(2000, 2);
    test::fuzzTorchFiles(std::atoi(count), seed);
}

}  // namespace
}  // namespace bitdesk
