// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/cost.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

// By hand. MACs: stem 16·54, body 16·81, tail 4·12, classifier 12.
TEST(Cost, OfTheTinyNetwork) {
    const Network network = test::tinyNetwork();
    const BitConfiguration mix{{2, 3}};
    EXPECT_EQ(macs(network), 864 + 1296 + 48 + 12);
    EXPECT_EQ(bitOpsPerLayer(network, mix), (std::vector<std::int64_t>{864 * 64, 1296 * 4, 48 * 9, 12 * 64}));
    EXPECT_EQ(bitOps(network, mix), 61'680);
    // 54 bytes; 81·2 bits are 21 bytes; 12·3 bits are 5; 12.
    EXPECT_EQ(weightBytes(network, mix), 54 + 21 + 5 + 12);
}

TEST(Cost, CountsATransitionOnlyForQuantizableSides) {
    const Network network = test::tinyNetwork();
    const auto count = [&](const char* from, const char* to) {
        const TransitionCount found = transitionCount(network, {from, to, 1e-5}, 3);
        return std::pair(found.from, found.to);
    };
    EXPECT_EQ(count("", "stem"), std::pair(1, 1));
    EXPECT_EQ(count("stem", "body"), std::pair(1, 3));
    EXPECT_EQ(count("body", "tail"), std::pair(3, 3));
    EXPECT_EQ(count("tail", "classifier"), std::pair(3, 1));
}

TEST(Cost, FixedLayersKeepTheirBits) {
    const Network network = test::tinyNetwork();
    const BitConfiguration mix{{2, 4}};
    std::vector<int> bits;
    for (const Layer& layer : network.layers()) bits.push_back(weightBits(layer, mix));
    EXPECT_EQ(bits, (std::vector{8, 2, 4, 8}));
}

TEST(Cost, CountsGroupsOnce) {
    auto nodes = test::tinyNodes();
    std::get<Conv2dAttributes>(test::nodeNamed(nodes, "body").attributes).groups = 3;
    const Network network("grouped", nodes);
    EXPECT_EQ(network.findLayer("body")->weightCount, 27);
    EXPECT_EQ(network.findLayer("body")->macs, 16 * 27);
}

}  // namespace
}  // namespace bitdesk
