// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The operations of a plan, in the exact steps that all executors share, against PyTorch's own.

#include "core/execute/torch/node_operations.h"

#include <gtest/gtest.h>

#include <torch/utils.h>

#include "core/base/random.h"
#include "core/execute/torch/tensor_operations.h"

namespace bitdesk {
namespace {

at::Tensor randomMap(std::int64_t channels, std::int64_t height, std::int64_t width) {
    return at::randn({2, channels, height, width});
}

void expectNear(const at::Tensor& found, const at::Tensor& expected, const std::string& what) {
    ASSERT_EQ(found.sizes(), expected.sizes()) << what;
    EXPECT_TRUE(at::allclose(found, expected, 1e-5, 1e-6)) << what;
}

PoolWindows windowsOf(const PoolAttributes& pool, const at::Tensor& map, bool average) {
    return {average, poolRows(pool, static_cast<int>(map.size(2))), poolColumns(pool, static_cast<int>(map.size(3)))};
}

PoolAttributes randomPool(Random& random) {
    const auto pick = [&](int lowest, int highest) {
        return lowest + static_cast<int>(random.below(static_cast<std::uint64_t>(highest - lowest + 1)));
    };
    PoolAttributes pool;
    pool.kernelHeight = pick(1, 4);
    pool.kernelWidth = pick(1, 4);
    pool.strideHeight = pick(1, 3);
    pool.strideWidth = pick(1, 3);
    pool.pad(pick(0, pool.kernelHeight / 2), pick(0, pool.kernelWidth / 2));
    pool.ceilMode = pick(0, 1) == 1;
    pool.countPadding = pick(0, 1) == 1;
    return pool;
}

TEST(NodeOperations, PoolsArePyTorchs) {
    torch::manual_seed(1);
    Random random(3);
    for (int i = 0; i < 300; ++i) {
        const PoolAttributes pool = randomPool(random);
        const at::Tensor map = randomMap(3, 4 + i % 5, 4 + i % 7);
        const std::string what = std::to_string(i) + ": " + std::to_string(pool.kernelHeight) + "×" +
                                 std::to_string(pool.kernelWidth) + (pool.ceilMode ? " ceil" : "");
        const std::vector<at::Tensor> inputs{map};
        expectNear(exactPool(map, windowsOf(pool, map, false)),
                   floatOperation({"p", {}, MaxPoolAttributes{pool}}, inputs), what);
        expectNear(exactPool(map, windowsOf(pool, map, true)),
                   floatOperation({"p", {}, AvgPoolAttributes{pool}}, inputs), what);
    }
}

TEST(NodeOperations, AdaptiveGlobalAndLopsidedPoolsArePyTorchs) {
    const at::Tensor map = randomMap(3, 7, 5);
    const std::vector<at::Tensor> inputs{map};
    PoolAttributes adaptive, global, lopsided;
    adaptive.outHeight = 3;
    adaptive.outWidth = 2;
    global.global = true;
    lopsided.kernelHeight = lopsided.kernelWidth = 2;
    lopsided.paddingBottom = lopsided.paddingRight = 1;
    for (const PoolAttributes& pool : {adaptive, global, lopsided}) {
        expectNear(exactPool(map, windowsOf(pool, map, false)),
                   floatOperation({"p", {}, MaxPoolAttributes{pool}}, inputs), "maximum");
        expectNear(exactPool(map, windowsOf(pool, map, true)),
                   floatOperation({"p", {}, AvgPoolAttributes{pool}}, inputs), "average");
    }
    lopsided.countPadding = false;
    expectNear(exactPool(map, windowsOf(lopsided, map, true)),
               floatOperation({"p", {}, AvgPoolAttributes{lopsided}}, inputs), "without its padding");
}

TEST(NodeOperations, LayerNormIsPyTorchs) {
    for (const std::int64_t channels : {1, 5, 16, 33, 200}) {
        const at::Tensor map = randomMap(channels, 4, 3) * 3 + 1;
        const at::Tensor expected =
            at::layer_norm(map.permute({0, 2, 3, 1}), {channels}, {}, {}, 1e-5).permute({0, 3, 1, 2});
        expectNear(exactLayerNorm(map, 1e-5), expected, std::to_string(channels));
        expectNear(floatOperation({"l", {}, LayerNormAttributes{1e-5}}, std::vector<at::Tensor>{map}), expected,
                   std::to_string(channels));
    }
}

TEST(NodeOperations, ShuffleAndUpsamplingArePyTorchs) {
    const std::vector<at::Tensor> inputs{randomMap(6, 3, 2)};
    expectNear(floatOperation({"s", {}, ChannelShuffleAttributes{3}}, inputs), at::channel_shuffle(inputs[0], 3),
               "shuffle");
    expectNear(floatOperation({"u", {}, UpsampleAttributes{2, 3}}, inputs), at::upsample_nearest2d(inputs[0], {6, 6}),
               "upsampling");
}

}  // namespace
}  // namespace bitdesk
