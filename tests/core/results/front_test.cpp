// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/trade_off.h"

#include <gtest/gtest.h>
#include <algorithm>

#include "core/base/random.h"

namespace bitdesk {
namespace {

TEST(Front, KeepsWhatNoOtherBeatsByAscendingCost) {
    const std::vector<TradeOff> points{{3, 0.9}, {1, 0.8}, {2, 0.7}, {2, 0.85}, {4, 0.9}, {1, 0.8}};
    EXPECT_EQ(paretoFront(points), (std::vector<std::size_t>{1, 3, 0}));
    EXPECT_TRUE(paretoFront({}).empty());
}

/// The definition itself, by all pairs.
TEST(Front, IsTheDefinition) {
    Random random(7);
    for (int round = 0; round < 50; ++round) {
        std::vector<TradeOff> points;
        for (int i = 0; i < 40; ++i)
            points.push_back({static_cast<double>(random.below(12)), static_cast<double>(random.below(12))});
        const auto front = paretoFront(points);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const bool beaten = std::ranges::any_of(points, [&](const TradeOff& other) {
                return other.cost <= points[i].cost && other.accuracy >= points[i].accuracy &&
                       (other.cost < points[i].cost || other.accuracy > points[i].accuracy);
            });
            const bool there = std::ranges::any_of(front, [&](std::size_t f) {
                return points[f].cost == points[i].cost && points[f].accuracy == points[i].accuracy;
            });
            EXPECT_EQ(there, !beaten) << i;
        }
    }
}

}  // namespace
}  // namespace bitdesk
