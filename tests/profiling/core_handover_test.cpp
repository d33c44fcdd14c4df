// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/core_probes.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/machine_files.h"

namespace bitdesk {
namespace {

TEST(CoreHandover, IsThatOfACacheLine) {
    const std::vector<int> cpus = usableCpus();
    if (cpus.size() < 2) GTEST_SKIP() << "one CPU";
    // Other work may hold a CPU once, hardly five times.
    std::optional<double> found;
    for (int attempt = 0; attempt < 5 && !found; ++attempt) found = measureHandoverNs(cpus);
    ASSERT_TRUE(found);
    EXPECT_GT(*found, 5);
    EXPECT_LT(*found, 20'000);
    EXPECT_EQ(usableCpus(), cpus) << "the caller may run where it might before";
}

TEST(CoreHandover, NeedsTwoCpusThatAreThere) {
    EXPECT_FALSE(measureHandoverNs({}));
    EXPECT_FALSE(measureHandoverNs(std::vector{0}));
    EXPECT_FALSE(measureHandoverNs(std::vector{0, 1000}));
}

TEST(CoreHandover, Alike) {
    EXPECT_TRUE(alikeHandover(50, 120));
    EXPECT_TRUE(alikeHandover(120, 50));
    EXPECT_FALSE(alikeHandover(90, 300));
    EXPECT_FALSE(alikeHandover(300, 90));
    EXPECT_TRUE(alikeHandover(std::nullopt, 300));
    EXPECT_TRUE(alikeHandover(300, std::nullopt));
}

}  // namespace
}  // namespace bitdesk
