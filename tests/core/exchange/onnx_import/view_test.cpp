// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/view.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

const Shape kShape{2, 3, 6};
const std::vector<TensorAxis> kNchw{
    {}, {{MapSide::Channel, 6, 1}}, {{MapSide::Height, 2, 1}}, {{MapSide::Width, 3, 1}}};

TEST(TensorView, ReshapingSplitsAndJoinsAxes) {
    const auto split = reshapedAxes(kNchw, {1, 2, 3, 6});
    ASSERT_TRUE(split);
    EXPECT_EQ((*split)[1], (TensorAxis{{MapSide::Channel, 2, 3}}));
    EXPECT_EQ((*split)[2], (TensorAxis{{MapSide::Channel, 3, 1}}));
    EXPECT_EQ((*split)[3], (TensorAxis{{MapSide::Height, 2, 1}, {MapSide::Width, 3, 1}}));
    EXPECT_EQ(reshapedAxes(*split, {1, 6, 2, 3}), kNchw);
    EXPECT_EQ(reshapedAxes(kNchw, {1, 4, 9}), std::nullopt);  // would cut the 6 channels into 4 and a half
    EXPECT_EQ(reshapedAxes(kNchw, {1, 35}), std::nullopt);
}

TEST(TensorView, FlatPositionsAreThoseOfTheMap) {
    const auto joined = reshapedAxes(kNchw, {1, 36});
    const std::vector<std::int64_t> order = channelOrder(flattenedAxes(*joined, kShape)[1]);
    for (std::int64_t c = 0; c < 6; ++c)
        for (std::int64_t h = 0; h < 2; ++h)
            for (std::int64_t w = 0; w < 3; ++w)
                EXPECT_EQ(order[static_cast<std::size_t>((c * 2 + h) * 3 + w)], (h * 3 + w) * 6 + c);
}

TEST(TensorView, ATransposedSplitIsAShuffle) {
    // [2, 3] → [3, 2]: channel j·2 + i was i·3 + j.
    const TensorAxis axis{{MapSide::Channel, 3, 1}, {MapSide::Channel, 2, 3}};
    EXPECT_EQ(shuffleGroups(axis), 2);
    EXPECT_EQ(channelOrder(axis), (std::vector<std::int64_t>{0, 3, 1, 4, 2, 5}));
    EXPECT_EQ(shuffleGroups({{MapSide::Channel, 6, 1}}), 1);
    EXPECT_EQ(shuffleGroups({{MapSide::Channel, 2, 1}, {MapSide::Channel, 3, 4}}), std::nullopt);
}

TEST(TensorView, ConstantsAreBroadcastToChannels) {
    const TensorView view{.node = 0, .axes = kNchw};
    const std::vector<float> six{1, 2, 3, 4, 5, 6};
    EXPECT_EQ(perChannel(view, kShape, Constant({1, 6, 1, 1}, six)), six);
    EXPECT_EQ(perChannel(view, kShape, Constant({6, 1, 1}, six)), six);
    EXPECT_EQ(perChannel(view, kShape, Constant({}, std::vector<float>{7})), std::vector<float>(6, 7.0F));
    EXPECT_EQ(perChannel(view, kShape, Constant({2, 3}, six)), std::nullopt);  // differs between pixels
    EXPECT_EQ(perChannel(view, kShape, Constant({4, 1, 1, 1}, std::vector<float>(4))), std::nullopt);
    const TensorView shuffled{.node = 0, .axes = {{}, {{MapSide::Channel, 3, 1}, {MapSide::Channel, 2, 3}}}};
    EXPECT_EQ(perChannel(shuffled, kShape, Constant({6}, six)), (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

}  // namespace
}  // namespace bitdesk
