// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Every geometry against seven nested loops: libraries choose their algorithm by shape, and not all of them are right.
#include "core/execute/torch/tensor_operations.h"

#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include "core/base/random.h"
#include "core/execute/torch/device.h"

namespace bitdesk {
namespace {

struct Case {
    std::int64_t batch, height, width, channels;
    Conv2dAttributes geometry;
};

at::Tensor randomIntegers(Random& random, std::vector<std::int64_t> shape, int lowest, int count) {
    at::Tensor values = at::empty(shape);
    float* out = values.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        out[i] = static_cast<float>(lowest + static_cast<int>(random.below(static_cast<std::uint64_t>(count))));
    return values.permute({0, 3, 1, 2});  // from channels last
}

double naive(const at::Tensor& codes, const at::Tensor& weights, const Conv2dAttributes& g, std::int64_t image,
             std::int64_t output, std::int64_t y, std::int64_t x) {
    const auto in = codes.accessor<float, 4>(), w = weights.accessor<float, 4>();
    const std::int64_t groupInputs = codes.size(1) / g.groups, group = output / (g.outChannels / g.groups);
    double sum = 0;
    for (std::int64_t c = 0; c < groupInputs; ++c)
        for (int ky = 0; ky < g.kernelHeight; ++ky)
            for (int kx = 0; kx < g.kernelWidth; ++kx) {
                const std::int64_t row = y * g.strideHeight - g.paddingTop + std::int64_t{ky} * g.dilationHeight;
                const std::int64_t column = x * g.strideWidth - g.paddingLeft + std::int64_t{kx} * g.dilationWidth;
                if (row < 0 || column < 0 || row >= codes.size(2) || column >= codes.size(3)) continue;
                sum += static_cast<double>(in[image][group * groupInputs + c][row][column]) * w[output][c][ky][kx];
            }
    return sum;
}

std::int64_t wrongSums(const Case& c, Random& random) {
    const Conv2dAttributes& g = c.geometry;
    const at::Tensor codes = randomIntegers(random, {c.batch, c.height, c.width, c.channels}, 0, 16);
    const at::Tensor weights =
        randomIntegers(random, {g.outChannels, g.kernelHeight, g.kernelWidth, c.channels / g.groups}, -7, 15)
            .contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor found = exactConvolution(codes, weights, g).contiguous();
    const auto out = found.accessor<float, 4>();
    std::int64_t wrong = 0;
    for (std::int64_t n = 0; n < found.size(0); ++n)
        for (std::int64_t o = 0; o < found.size(1); ++o)
            for (std::int64_t y = 0; y < found.size(2); ++y)
                for (std::int64_t x = 0; x < found.size(3); ++x)
                    wrong += naive(codes, weights, g, n, o, y, x) == static_cast<double>(out[n][o][y][x]) ? 0 : 1;
    return wrong;
}

Case randomCase(Random& random) {
    const auto pick = [&](int lowest, int highest) {
        return lowest + static_cast<int>(random.below(static_cast<std::uint64_t>(highest - lowest + 1)));
    };
    Case c{};
    Conv2dAttributes& g = c.geometry;
    g.groups = pick(0, 2) == 0 ? pick(1, 4) : 1;
    c.channels = std::int64_t{g.groups} * pick(1, 3);
    g.outChannels = g.groups * pick(1, 3);
    g.kernelHeight = pick(1, 4);
    g.kernelWidth = pick(1, 4);
    g.strideHeight = pick(1, 5);
    g.strideWidth = pick(1, 5);
    if (pick(0, 1) == 1) {
        g.pad(pick(0, g.kernelHeight), pick(0, g.kernelWidth));
        if (pick(0, 1) == 1) {
            g.paddingTop = pick(0, g.kernelHeight);
            g.paddingRight = pick(0, g.kernelWidth);
        }
    }
    if (pick(0, 3) == 0) {
        g.dilationHeight = pick(1, 3);
        g.dilationWidth = pick(1, 3);
    }
    c.batch = pick(1, 9);
    c.height = pick(g.spanHeight(), g.spanHeight() + 5);
    c.width = pick(g.spanWidth(), g.spanWidth() + 5);
    return c;
}

TEST(ExactConvolution, OfRandomGeometriesIsExact) {
    prepareTorch(2);
    Random random(7);
    for (int i = 0; i < 4000; ++i) {
        const Case c = randomCase(random);
        const Conv2dAttributes& g = c.geometry;
        ASSERT_EQ(wrongSums(c, random), 0)
            << c.batch << " images of " << c.height << "×" << c.width << "×" << c.channels << ", kernel "
            << g.kernelHeight << "×" << g.kernelWidth << ", stride " << g.strideHeight << "×" << g.strideWidth
            << ", padding " << g.paddingTop << ", " << g.paddingLeft << ", " << g.paddingBottom << ", "
            << g.paddingRight << ", dilation " << g.dilationHeight << "×" << g.dilationWidth << ", groups " << g.groups;
    }
}

TEST(ExactConvolution, OfOneChannelToOneColumnIsExact) {
    prepareTorch(2);
    Random random(8);
    Conv2dAttributes g;
    g.outChannels = 2;
    g.kernelWidth = 3;
    g.strideWidth = 5;
    for (const std::int64_t batch : {1, 2, 7, 50}) EXPECT_EQ(wrongSums({batch, 2, 7, 1, g}, random), 0) << batch;
}

}  // namespace
}  // namespace bitdesk
