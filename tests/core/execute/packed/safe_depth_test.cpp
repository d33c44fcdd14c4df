// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// How long each kernel may add before it must widen, by hand, for the worst weights of each width.

#include <gtest/gtest.h>

#include "core/execute/packed/kernels/catalogue.h"
#include "core/execute/packed/kernels/direct.h"
#include "core/execute/packed/kernels/table_form.h"
#include "core/execute/packed/kernels/winograd.h"
#include "core/quant/quantizer.h"
#include "tests/core/execute/packed/convolution_oracle.h"

namespace bitdesk::packed {
namespace {

ConvProblem threeByThree(int channels, int bits) {
    ConvProblem p;
    p.height = p.width = p.outHeight = p.outWidth = 4;
    p.channels = channels;
    p.outChannels = 16;
    p.kernelHeight = p.kernelWidth = 3;
    p.paddingHeight = p.paddingWidth = 1;
    p.activationHighest = activationHighest(bits, false);
    return p;
}

std::vector<std::int8_t> all(const ConvProblem& p, int code) {
    return std::vector<std::int8_t>(static_cast<std::size_t>(p.outChannels * p.depth()),
                                    static_cast<std::int8_t>(code));
}

int& safeSteps(PackedConv& direct) { return dynamic_cast<DirectForm&>(*direct.form).safeSteps; }
int safePairs(PackedConv& table) { return dynamic_cast<TableForm&>(*table.form).safePairs; }
const WinogradForm& winograd(PackedConv& conv) { return dynamic_cast<WinogradForm&>(*conv.form); }

class SafeDepth : public testing::Test {
protected:
    void SetUp() override {
        if (!hasIsa(Isa::Avx2)) GTEST_SKIP() << "this CPU lacks avx2";
    }
    static std::unique_ptr<PackedConv> pack(const std::string& kernel, const ConvProblem& p, int code) {
        for (const ConvKernel& candidate : convKernels(Isa::Avx2))
            if (kernel == candidate.name) return packFor(candidate, p, all(p, code));
        return nullptr;
    }
};

TEST_F(SafeDepth, DirectSumsOfWords) {
    // 32767 / (2 · a_max · |2c + 1|)
    EXPECT_EQ(safeSteps(*pack("avx2-direct", threeByThree(64, 4), 7)), 32767 / (2 * 15 * 15));
    EXPECT_EQ(safeSteps(*pack("avx2-direct", threeByThree(64, 3), -4)), 32767 / (2 * 7 * 7));
    EXPECT_EQ(safeSteps(*pack("avx2-direct", threeByThree(64, 2), -2)), 32767 / (2 * 3 * 3));
    EXPECT_EQ(safeSteps(*pack("avx2-direct", threeByThree(64, 7), 63)), 1);
    EXPECT_EQ(pack("avx2-direct", threeByThree(64, 8), 63), nullptr);  // 255 · 127 · 2 does not fit
}

TEST_F(SafeDepth, TableSumsOfBytes) {
    // A pair of codes −2 spans 2 · 3 · 2 = 12 of 255.
    EXPECT_EQ(safePairs(*pack("avx2-table-64", threeByThree(64, 2), -2)), 21);
    // A pair of codes 1 spans 6.
    EXPECT_EQ(safePairs(*pack("avx2-table-64", threeByThree(64, 2), 1)), 42);
    // Their total is a word: 9 · 404 · 3 · 3 = 32 724 fits, two channels more do not.
    EXPECT_NE(pack("avx2-table-64", threeByThree(404, 2), 1), nullptr);
    EXPECT_EQ(pack("avx2-table-64", threeByThree(406, 2), 1), nullptr);
    EXPECT_EQ(pack("avx2-table-64", threeByThree(406, 2), -2), nullptr);
}

TEST_F(SafeDepth, WinogradGroupsOfChannels) {
    // 2 × 2 tiles: 4 · 15 · 63 = 3780 of 65535 a channel, 17 channels a lane, two lanes an output: 34, in whole 32s.
    EXPECT_EQ(winograd(*pack("avx2-winograd-2x2", threeByThree(128, 4), 7)).groupChannels, 32);
    // 4 · 3 · 18 = 216 a channel at 2 bits: all of them.
    EXPECT_EQ(winograd(*pack("avx2-winograd-2x2", threeByThree(512, 2), -2)).groups, 1);
    // U of 2 × 3 tiles reaches 3 · 7 · 7 = 147 at 4 bits: no signed byte.
    EXPECT_EQ(pack("avx2-winograd-2x3", threeByThree(64, 4), 7), nullptr);
    // Before the division by 2⁴ a sum of 2 × 4 tiles is 16 times as large: 16 · 9 · 7 · 7 · C ≤ 2³¹ − 2¹⁶ ends at 304
    // 337 channels.
    EXPECT_NE(pack("avx2-winograd-2x4", threeByThree(1024, 3), -4), nullptr);
    EXPECT_EQ(pack("avx2-winograd-2x4", threeByThree(304340, 3), -4), nullptr);
    // V of 3 × 3 tiles spans 2 · (9 + 9) · 15 = 540 at 4 bits: no byte, whatever the weights.
    EXPECT_EQ(pack("avx2-winograd-3x3", threeByThree(64, 4), 0), nullptr);
}

/// The bound is no formality: one step more, and sums are wrong.
TEST_F(SafeDepth, OneStepBeyondTheBoundIsWrong) {
    const ConvProblem p = threeByThree(64, 4);
    auto packed = pack("avx2-direct", p, 7);
    const std::vector<std::uint8_t> input(static_cast<std::size_t>(4 * 4 * 64), 15);
    const auto expected = test::convolve(p, input, all(p, 7), 1);
    EXPECT_EQ(test::runPacked(*packed, input, 1, 1), expected);
    ++safeSteps(*packed);
    EXPECT_NE(test::runPacked(*packed, input, 1, 1), expected);

    const ConvProblem q = threeByThree(128, 4);
    auto wide = pack("avx2-winograd-2x2", q, 7);
    const std::vector<std::uint8_t> more(static_cast<std::size_t>(4 * 4 * 128), 15);
    EXPECT_EQ(test::runPacked(*wide, more, 1, 1), test::convolve(q, more, all(q, 7), 1));
}

}  // namespace
}  // namespace bitdesk::packed
