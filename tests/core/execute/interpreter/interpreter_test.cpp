// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Logits that fit on the back of an envelope; the whole sample network is checked in test_numpy_forward.py.
#include "core/execute/interpreter/interpreter.h"

#include <gtest/gtest.h>

#include "tests/core/base/expect_error.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

/// Two by two pixels, one window, one value, two classes. All constants are powers of two, so that nothing rounds.
MetaModel envelope(const ActivationAttributes& end = relu()) {
    Conv2dAttributes stem;
    stem.outChannels = 1;
    stem.kernelHeight = stem.kernelWidth = 2;
    stem.fixedBits = 8;
    LinearAttributes classifier;
    classifier.outFeatures = 2;
    classifier.hasBias = true;
    MetaModel model(Network("envelope", {{"input", {}, InputAttributes{{2, 2, 1}}},
                                         {"stem.input", {"input"}, QuantizeAttributes{"stem", true}},
                                         {"stem", {"stem.input"}, stem},
                                         {"relu", {"stem"}, end},
                                         {"classifier.input", {"relu"}, QuantizeAttributes{"classifier", false}},
                                         {"classifier", {"classifier.input"}, classifier}}));
    model.bits = {2, 4};
    model.normalization = {{0.5F}, {0.5F}};  // 0 … 255 → −1 … 1
    model.classNames = {"a", "b"};
    model.layers.push_back({.codes = {3, -4, 0, 0}, .weightScale = {1.F}, .actScale = {1.F / 128}, .bias = {}});
    model.layers.push_back(
        {.codes = {-7, 6}, .weightScale = {0.25F, 0.5F}, .actScale = {2.F, 0.5F}, .bias = {1.F, -8.F}});
    checkModel(model, "envelope");
    return model;
}

std::vector<float> logitsOf(const MetaModel& model, int bits, const std::vector<std::uint8_t>& image) {
    std::vector<float> logits(2);
    makeInterpreter(model)->run(lower(model, {{bits}}), image, 1, logits);
    return logits;
}

TEST(Interpreter, GivesTheEnvelopesLogits) {
    // White is code 127 (128 is clipped), black −127. Stem: odd codes 7, −7, 1, 1;
    // 127·7 + 127·7 + 127 − 127 = 1778; · 1/128 · 1/2 = 6.9453125.
    const std::vector<std::uint8_t> image{255, 0, 255, 0};
    // 4 bits: code round(6.945/0.5) = 14. Odd codes −13 and 13:
    // 14·−13 · 0.5·0.25/2 + 1 = −10.375;  14·13 · 0.5·0.5/2 − 8 = 14.75.
    EXPECT_EQ(logitsOf(envelope(), 4, image), (std::vector{-10.375F, 14.75F}));
    // 2 bits: code round(6.945/2) = 3. −7 >> 2 = −2, odd −3; 6 >> 2 = 1, odd 3; a step is four times as wide:
    // 3·−3 · 2·0.25·4/2 + 1 = −8;  3·3 · 2·0.5·4/2 − 8 = 10.
    EXPECT_EQ(logitsOf(envelope(), 2, image), (std::vector{-8.F, 10.F}));
}

TEST(Interpreter, AReluMayHaveAnEnd) {
    // As above, but 6.945 becomes 6.2, code round(12.4) = 12: 12·−13/16 + 1 = −8.75; 12·13/8 − 8 = 11.5.
    EXPECT_EQ(logitsOf(envelope(relu(6.2)), 4, {255, 0, 255, 0}), (std::vector{-8.75F, 11.5F}));
}

TEST(Interpreter, NegativeValuesBecomeCodeZero) {
    EXPECT_EQ(logitsOf(envelope(), 4, {0, 255, 0, 255}), (std::vector{1.F, -8.F})) << "only the biases are left";
}

TEST(Interpreter, ImagesOfABatchDoNotTouchEachOther) {
    const MetaModel model = envelope();
    const std::vector<std::uint8_t> images{255, 0, 255, 0, 0, 255, 0, 255};
    std::vector<float> logits(4);
    makeInterpreter(model)->run(lower(model, {{4}}), images, 2, logits);
    EXPECT_EQ(logits, (std::vector{-10.375F, 14.75F, 1.F, -8.F}));
}

TEST(Interpreter, RefusesSpansOfAnotherSize) {
    const MetaModel model = envelope();
    std::vector<float> logits(2);
    test::expectError(ErrorKind::Internal, {"executor"}, [&] {
        makeInterpreter(model)->run(lower(model, {{4}}), std::vector<std::uint8_t>(5), 1, logits);
    });
}

}  // namespace
}  // namespace bitdesk
