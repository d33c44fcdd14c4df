// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/execute/packed/kernels/catalogue.h"
#include "core/quant/quantizer.h"
#include "tests/core/execute/packed/convolution_oracle.h"

namespace bitdesk {
namespace {

using packed::ConvKernel;
using packed::ConvProblem;
using packed::Isa;

/// Codes of the default quantizer at `bits`, whose highest width is `top`.
struct Widths {
    int top = 4, bits = 4;
    int lowest() const { return weightQuantizers()[0].lowest(top, bits); }
    int highest() const { return weightQuantizers()[0].highest(top, bits); }
};

class Kernels : public testing::TestWithParam<Isa> {
protected:
    void SetUp() override {
        if (!packed::hasIsa(GetParam())) GTEST_SKIP() << "this CPU lacks " << packed::isaName(GetParam());
    }

    /// Packs for every kernel that takes the problem and compares sums; returns the names that ran.
    std::set<std::string> compareAll(const ConvProblem& p, const std::vector<std::uint8_t>& input,
                                     const std::vector<std::int8_t>& codes, int images, int parts) {
        std::set<std::string> ran;
        const auto expected = test::convolve(p, input, codes, images);
        Random random(expected.size());
        const int bits = 2 + static_cast<int>(random.below(7));
        const auto [low, high] = std::ranges::minmax(expected);
        const test::Requantization requantization(p.outChannels, bits, std::max(-low, high), random);
        const packed::FoldedCodes fold =
            packed::foldCodes(requantization.scale, requantization.offset, requantization.codes, std::max(-low, high));
        m_folded += fold.scaleData() != nullptr ? 1 : 0;
        std::vector<std::uint8_t> expectedCodes;
        for (std::size_t i = 0; i < expected.size(); ++i)
            expectedCodes.push_back(requantization.code(expected[i], i % toIndex(p.outChannels)));
        for (const ConvKernel& kernel : packed::convKernels(GetParam())) {
            const auto packed = packed::packFor(kernel, p, codes);
            if (!packed) continue;
            const auto where = description(kernel, p, images, parts);
            EXPECT_EQ(test::runPacked(*packed, input, images, parts), expected) << where;
            EXPECT_EQ(test::runToCodes(*packed, input, images, parts, requantization, {}), expectedCodes) << where;
            EXPECT_EQ(test::runToCodes(*packed, input, images, parts, requantization, fold), expectedCodes)
                << "folded, " << where;
            ran.insert(kernel.name);
        }
        EXPECT_FALSE(ran.empty());
        return ran;
    }

    int m_folded = 0;

    static std::string description(const ConvKernel& kernel, const ConvProblem& p, int images, int parts) {
        std::ostringstream text;
        text << kernel.name << ": " << p.height << "x" << p.width << "x" << p.channels << " -> " << p.outChannels
             << ", kernel " << p.kernelHeight << "x" << p.kernelWidth << ", stride " << p.strideHeight << ","
             << p.strideWidth << ", padding " << p.paddingHeight << "," << p.paddingWidth << ", dilation "
             << p.dilationHeight << "," << p.dilationWidth << ", output " << p.outHeight << "x" << p.outWidth
             << ", groups " << p.groups << ", activations " << p.activationLowest << "…" << p.activationHighest << ", "
             << images << " images, " << parts << " parts";
        return text.str();
    }
};

INSTANTIATE_TEST_SUITE_P(, Kernels, testing::Values(Isa::Portable, Isa::Avx2, Isa::Avx512Vnni),
                         [](const auto& instance) { return std::string(packed::isaName(instance.param)); });

ConvProblem randomProblem(Random& random, const Widths& widths) {
    const auto pick = [&](int lowest, int highest) {
        return lowest + static_cast<int>(random.below(toIndex(highest - lowest + 1)));
    };
    ConvProblem p;
    p.height = pick(1, 11);
    p.width = pick(1, 11);
    p.kernelHeight = pick(1, std::min(4, p.height));
    p.kernelWidth = pick(1, std::min(4, p.width));
    p.strideHeight = pick(1, 3);
    p.strideWidth = pick(1, 3);
    p.paddingHeight = pick(0, p.kernelHeight - 1);
    p.paddingWidth = pick(0, p.kernelWidth - 1);
    if (random.below(2) == 0) {  // the shape that Winograd takes
        p.kernelHeight = p.kernelWidth = 3;
        p.strideHeight = p.strideWidth = p.paddingHeight = p.paddingWidth = 1;
    } else if (random.below(3) == 0) {
        p.dilationHeight = pick(1, 3);
        p.dilationWidth = pick(1, 3);
    }
    p.groups = random.below(4) == 0 ? pick(1, 4) : 1;
    p.channels = p.groups * pick(1, random.below(4) == 0 ? 70 : 20);
    p.outChannels = p.groups * pick(1, random.below(4) == 0 ? 50 : 20);
    if (random.below(8) == 0) p.groups = p.outChannels = p.channels;
    // Below and right there may be more or less padding than above and left.
    const auto windows = [&](int size, int kernel, int stride, int padding) {
        const int behind = random.below(2) == 0 ? padding : pick(0, kernel);
        return std::max(0, size + padding + behind - kernel) / stride + 1;
    };
    p.outHeight = windows(p.height, (p.kernelHeight - 1) * p.dilationHeight + 1, p.strideHeight, p.paddingHeight);
    p.outWidth = windows(p.width, (p.kernelWidth - 1) * p.dilationWidth + 1, p.strideWidth, p.paddingWidth);
    p.activationHighest = activationHighest(widths.bits, false);
    p.activationLowest = 0;
    if (random.below(8) == 0) {
        p.activationLowest = activationLowest(widths.bits, true);
        p.activationHighest = activationHighest(widths.bits, true);
    }
    return p;
}

TEST_P(Kernels, SumsOfRandomShapesAreThoseOfTheDefinition) {
    Random random(4);
    std::set<std::string> ran;
    for (int i = 0; i < 400; ++i) {
        const int top = 2 + static_cast<int>(random.below(7));
        const Widths widths{top, random.below(2) == 0 ? top : 2 + static_cast<int>(random.below(toIndex(top - 1)))};
        const ConvProblem p = randomProblem(random, widths);
        const int images = 1 + static_cast<int>(random.below(3));
        const auto input = test::randomActivations(p, images, random);
        ran.merge(compareAll(p, input, test::randomCodes(p, widths.lowest(), widths.highest(), random), images,
                             1 + static_cast<int>(random.below(3))));
        if (HasFailure()) return;
    }
    EXPECT_GT(m_folded, 350);
    // Every kernel had its turn.
    EXPECT_EQ(ran.size(), packed::convKernels(GetParam()).size());
}

/// Tiles are counted in the hundred thousands.
TEST_P(Kernels, VeryWideMaps) {
    ConvProblem p;
    p.width = p.outWidth = 270000;
    p.kernelHeight = p.kernelWidth = 3;
    p.paddingHeight = p.paddingWidth = 1;
    Random random(6);
    const auto input = test::randomActivations(p, 1, random);
    const auto codes = test::randomCodes(p, -3, 3, random);
    const auto expected = test::convolve(p, input, codes, 1);
    for (const ConvKernel& kernel : packed::convKernels(GetParam())) {
        if (!std::string(kernel.name).ends_with("winograd-2x2")) continue;
        const auto packed = packed::packFor(kernel, p, codes);
        ASSERT_NE(packed, nullptr);
        EXPECT_TRUE(test::runPacked(*packed, input, 1, 1) == expected) << kernel.name;
    }
}

/// Extreme codes are where sums are largest: all activations at their highest, weights at one end or alternating.
TEST_P(Kernels, NoSumOverflowsAtExtremeCodes) {
    for (const int bits : {2, 3, 4, 5, 6, 7, 8}) {
        const Widths widths{std::max(bits, 4), bits};
        for (const int channels : {4, 36, 64, 130, 512}) {
            if (channels == 512 && bits > 4) continue;  // the deepest only where sums are grouped
            ConvProblem p;
            p.height = p.width = p.outHeight = p.outWidth = 5;
            p.channels = channels;
            p.outChannels = 17;
            p.kernelHeight = p.kernelWidth = 3;
            p.paddingHeight = p.paddingWidth = 1;
            p.activationHighest = activationHighest(bits, false);
            for (int pattern = 0; pattern < 5; ++pattern) {
                std::vector<std::int8_t> codes(toIndex(p.outChannels) * toIndex(p.depth()));
                std::vector<std::uint8_t> input(toIndex(25) * toIndex(channels),
                                                static_cast<std::uint8_t>(p.activationHighest));
                for (std::size_t i = 0; i < codes.size(); ++i) {
                    const std::size_t tap = i / toIndex(channels) % 9;
                    const bool high = pattern == 0 || (pattern == 2 && i % 2 == 0) || (pattern == 3 && tap % 2 == 0) ||
                                      (pattern == 4 && i % 4 < 2);
                    codes[i] = static_cast<std::int8_t>(high ? widths.highest() : widths.lowest());
                }
                if (pattern == 3)
                    for (std::size_t i = 0; i < input.size(); ++i)
                        if (i / toIndex(channels) % 2 == 1) input[i] = 0;
                compareAll(p, input, codes, 1, 1);
                if (HasFailure()) return;
            }
        }
    }
}

}  // namespace
}  // namespace bitdesk
