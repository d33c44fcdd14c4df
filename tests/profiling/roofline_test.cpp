// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/roofline.h"

#include <gtest/gtest.h>

#include "core/execute/packed/packed_executor.h"

namespace bitdesk {
namespace {

TEST(Roofline, OfThisMachine) {
    const auto make = [](const MetaModel& model) -> std::unique_ptr<Executor> {
        return makePackedExecutor(model, {.threads = 1, .isa = packed::bestIsa(), .times = nullptr});
    };
    const std::vector<int> widths{2, 4};
    const Roofline found = measureRoofline(make, widths, 1 << 20, 1, {});
    ASSERT_EQ(found.macsPerSecond.size(), 2u);
    const auto plausible = [](const Quartiles& rate, double low, double high) {
        return low < rate.q1 && rate.q1 <= rate.median && rate.median <= rate.q3 && rate.q3 < high && rate.n >= 5;
    };
    for (const Quartiles& rate : found.macsPerSecond) EXPECT_TRUE(plausible(rate, 1e7, 1e14)) << rate.median;
    EXPECT_TRUE(plausible(found.outputsPerSecond, 1e6, 1e12)) << found.outputsPerSecond.median;
    EXPECT_TRUE(plausible(found.bytesPerSecond, 1e8, 1e13)) << found.bytesPerSecond.median;
    EXPECT_EQ(found.bytes, 1 << 20);
}

}  // namespace
}  // namespace bitdesk
