// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/orthogonal_array.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace bitdesk {
namespace {

/// How often each pair of levels stands in two columns.
std::map<std::pair<int, int>, int> pairsOf(const std::vector<std::vector<int>>& array, std::size_t i, std::size_t j) {
    std::map<std::pair<int, int>, int> counts;
    for (const auto& row : array) ++counts[{row[i], row[j]}];
    return counts;
}

TEST(OrthogonalArray, HasTheSizesOfTheTables) {  // Taguchi's L4, L8, L9, L27, L81, L25
    EXPECT_EQ(orthogonalArray(2, 3).size(), 4u);
    EXPECT_EQ(orthogonalArray(2, 7).size(), 8u);
    EXPECT_EQ(orthogonalArray(3, 4).size(), 9u);
    EXPECT_EQ(orthogonalArray(3, 13).size(), 27u);
    EXPECT_EQ(orthogonalArray(3, 14).size(), 81u);
    EXPECT_EQ(orthogonalArray(3, 40).size(), 81u);
    EXPECT_EQ(orthogonalArray(5, 6).size(), 25u);
    EXPECT_EQ(orthogonalArray(3, 1).size(), 3u);
    EXPECT_EQ(orthogonalArray(1, 9), (std::vector<std::vector<int>>{std::vector<int>(9, 0)}));
}

TEST(OrthogonalArray, EveryTwoColumnsShowEveryPairEquallyOften) {
    for (const auto& [levels, columns] : {std::pair{2, 15}, {3, 14}, {3, 19}, {3, 52}, {5, 20}, {7, 8}}) {
        const auto array = orthogonalArray(levels, columns);
        for (std::size_t i = 0; i < array[0].size(); ++i)
            for (std::size_t j = i + 1; j < array[0].size(); ++j) {
                const auto counts = pairsOf(array, i, j);
                ASSERT_EQ(counts.size(), static_cast<std::size_t>(levels * levels)) << levels << ": " << i << ", " << j;
                for (const auto& [pair, count] : counts)
                    ASSERT_EQ(count, static_cast<int>(array.size()) / (levels * levels));
            }
    }
}

TEST(OrthogonalArray, OfLevelsThatAreNoPrimeEveryPairIsThere) {
    for (const auto& [levels, columns] : {std::pair{4, 14}, {6, 19}, {8, 10}}) {
        const auto array = orthogonalArray(levels, columns);
        for (std::size_t i = 0; i < array[0].size(); ++i)
            for (std::size_t j = i + 1; j < array[0].size(); ++j)
                ASSERT_EQ(pairsOf(array, i, j).size(), static_cast<std::size_t>(levels * levels));
    }
}

}  // namespace
}  // namespace bitdesk
