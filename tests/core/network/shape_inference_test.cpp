// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/network.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "core/base/error.h"

namespace bitdesk {
namespace {

Shape infer(Attributes attributes, std::vector<Shape> inputs) {
    return inferShape("n", Node{"x", {}, std::move(attributes)}, inputs);
}

Conv2dAttributes conv(int channels, int kernel, int stride, int padding) {
    Conv2dAttributes a;
    a.outChannels = channels;
    a.kernelHeight = a.kernelWidth = kernel;
    a.strideHeight = a.strideWidth = stride;
    a.pad(padding, padding);
    return a;
}

// By hand, ⌊(size + 2·padding − kernel)/stride⌋ + 1.
TEST(InferShape, Convolution) {
    EXPECT_EQ(infer(conv(32, 3, 2, 1), {{28, 28, 1}}), (Shape{14, 14, 32}));
    EXPECT_EQ(infer(conv(8, 3, 2, 1), {{5, 7, 4}}), (Shape{3, 4, 8}));
    EXPECT_EQ(infer(conv(64, 7, 2, 3), {{224, 224, 3}}), (Shape{112, 112, 64}));
    EXPECT_EQ(infer(conv(2, 1, 2, 0), {{7, 8, 4}}), (Shape{4, 4, 2}));
    EXPECT_EQ(infer(conv(2, 3, 1, 0), {{3, 3, 4}}), (Shape{1, 1, 2}));
}

TEST(InferShape, ConvolutionThatIsNotSquare) {
    Conv2dAttributes a = conv(6, 3, 1, 1);
    a.kernelWidth = 5;
    a.strideHeight = 3;
    a.pad(1, 0);
    a.groups = 3;
    EXPECT_EQ(infer(a, {{10, 10, 9}}), (Shape{4, 6, 6}));
}

TEST(InferShape, Pooling) {
    MaxPoolAttributes max;
    max.kernelHeight = max.kernelWidth = 3;
    max.strideHeight = max.strideWidth = 2;
    max.pad(1, 1);
    EXPECT_EQ(infer(max, {{112, 112, 64}}), (Shape{56, 56, 64}));
    AvgPoolAttributes average;
    average.kernelHeight = average.kernelWidth = 2;
    average.strideHeight = average.strideWidth = 2;
    EXPECT_EQ(infer(average, {{5, 4, 3}}), (Shape{2, 2, 3}));
    average.global = true;
    EXPECT_EQ(infer(average, {{5, 4, 3}}), (Shape{1, 1, 3}));
}

TEST(InferShape, DilationAndPaddingOfFourSides) {
    Conv2dAttributes a = conv(2, 3, 2, 0);
    a.paddingBottom = a.paddingRight = 1;  // TensorFlow's SAME of an even map
    EXPECT_EQ(infer(a, {{224, 112, 3}}), (Shape{112, 56, 2}));
    Conv2dAttributes wide = conv(2, 3, 1, 4);
    wide.dilationHeight = wide.dilationWidth = 4;
    EXPECT_EQ(infer(wide, {{20, 21, 3}}), (Shape{20, 21, 2}));
}

// By hand, after PyTorch's rules.
TEST(InferShape, PoolingInCeilModeAndAdaptive) {
    MaxPoolAttributes pool;
    pool.kernelHeight = pool.kernelWidth = 3;
    pool.strideHeight = pool.strideWidth = 2;
    pool.ceilMode = true;
    EXPECT_EQ(infer(pool, {{8, 9, 4}}), (Shape{4, 4, 4}));
    EXPECT_EQ(poolRows(pool, 8), (std::vector<PoolSpan>{{0, 3, 3}, {2, 5, 3}, {4, 7, 3}, {6, 8, 2}}));
    pool.pad(1, 1);
    EXPECT_EQ(infer(pool, {{4, 6, 4}}), (Shape{3, 4, 4}));
    EXPECT_EQ(poolRows(pool, 4), (std::vector<PoolSpan>{{0, 2, 3}, {1, 4, 3}, {3, 4, 2}}));
    pool.countPadding = false;
    EXPECT_EQ(poolRows(pool, 4), (std::vector<PoolSpan>{{0, 2, 2}, {1, 4, 3}, {3, 4, 1}}));
    // None begins in the padding behind the map: of stride 3 over 3 + 2, the second would.
    pool.strideHeight = 4;
    EXPECT_EQ(poolRows(pool, 3).size(), 1U);
    AvgPoolAttributes adaptive;
    adaptive.outHeight = 3;
    adaptive.outWidth = 2;
    EXPECT_EQ(infer(adaptive, {{7, 4, 5}}), (Shape{3, 2, 5}));
    EXPECT_EQ(poolRows(adaptive, 7), (std::vector<PoolSpan>{{0, 3, 3}, {2, 5, 3}, {4, 7, 3}}));
    EXPECT_EQ(poolColumns(adaptive, 4), (std::vector<PoolSpan>{{0, 2, 2}, {2, 4, 2}}));
}

TEST(InferShape, OfSeveralInputs) {
    EXPECT_EQ(infer(MultiplyAttributes{}, {{2, 3, 4}, {1, 1, 4}}), (Shape{2, 3, 4}));
    EXPECT_EQ(infer(MultiplyAttributes{}, {{1, 1, 4}, {2, 3, 4}}), (Shape{2, 3, 4}));
    EXPECT_EQ(infer(MultiplyAttributes{}, {{2, 3, 1}, {1, 1, 4}}), (Shape{2, 3, 4}));
    EXPECT_THROW(infer(MultiplyAttributes{}, {{2, 3, 4}, {1, 1, 3}}), Error);
    EXPECT_EQ(infer(ConcatAttributes{}, {{2, 3, 4}, {2, 3, 1}, {2, 3, 2}}), (Shape{2, 3, 7}));
    EXPECT_THROW(infer(ConcatAttributes{}, {{2, 3, 4}, {2, 2, 4}}), Error);
    EXPECT_EQ(infer(SliceAttributes{.first = 1, .count = 2}, {{2, 3, 4}}), (Shape{2, 3, 2}));
    EXPECT_EQ(infer(ChannelShuffleAttributes{.groups = 2}, {{2, 3, 4}}), (Shape{2, 3, 4}));
    EXPECT_EQ(infer(LayerNormAttributes{}, {{2, 3, 4}}), (Shape{2, 3, 4}));
    EXPECT_EQ(infer(UpsampleAttributes{.height = 2, .width = 3}, {{2, 3, 4}}), (Shape{4, 9, 4}));
}

TEST(InferShape, TheRest) {
    EXPECT_EQ(infer(FlattenAttributes{}, {{3, 4, 5}}), (Shape{1, 1, 60}));
    LinearAttributes linear;
    linear.outFeatures = 10;
    EXPECT_EQ(infer(linear, {{1, 1, 60}}), (Shape{1, 1, 10}));
    EXPECT_EQ(infer(AddAttributes{}, {{2, 3, 4}, {2, 3, 4}}), (Shape{2, 3, 4}));
    EXPECT_EQ(infer(QuantizeAttributes{}, {{2, 3, 4}}), (Shape{2, 3, 4}));
    EXPECT_EQ(infer(NormAttributes{}, {{2, 3, 4}}), (Shape{2, 3, 4}));
    EXPECT_THROW(infer(FlattenAttributes{}, {{2048, 2048, 4}}), Error);
}

/// The slow oracle: places windows one by one.
RC_GTEST_PROP(InferShape, CountsTheWindows, ()) {
    const int size = *rc::gen::inRange(1, 40), kernel = *rc::gen::inRange(1, 9), stride = *rc::gen::inRange(1, 5);
    const int padding = *rc::gen::inRange(0, kernel + 1);
    int count = 0;
    for (int start = -padding; start + kernel <= size + padding; start += stride) ++count;
    if (count == 0) RC_ASSERT_THROWS_AS(infer(conv(1, kernel, stride, padding), {{size, size, 1}}), Error);
    else RC_ASSERT(infer(conv(1, kernel, stride, padding), {{size, size, 1}}) == (Shape{count, count, 1}));
}

}  // namespace
}  // namespace bitdesk
