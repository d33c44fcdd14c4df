// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "core/quant/magnitude_histogram.h"

namespace bitdesk {
namespace {

std::vector<float> normalValues(std::size_t count, double deviation) {
    Random random(4);
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal() * deviation));
    return values;
}

TEST(MagnitudeHistogram, FindsTheStepThatValuesAreOn) {
    for (const bool isSigned : {false, true}) {
        std::vector<float> values;
        for (int i = 0; i < 700; ++i) values.push_back(0.125F * static_cast<float>(i % 8));
        if (isSigned)
            for (std::size_t i = 0; i < values.size(); i += 2) values[i] = -values[i];
        MagnitudeHistogram histogram(isSigned);
        histogram.add(values);
        EXPECT_NEAR(histogram.bestScale(isSigned ? 4 : 3), 0.125F, 0.001F) << isSigned;
    }
}

TEST(MagnitudeHistogram, BatchesOfAnySizeComeToTheSame) {
    const auto values = normalValues(6000, 3);
    MagnitudeHistogram whole(true), parts(true);
    whole.add(values);
    for (std::size_t i = 0; i < values.size(); i += 500) parts.add(std::span(values).subspan(i, 500));
    for (const int bits : {2, 4, 8}) EXPECT_NEAR(parts.bestScale(bits), whole.bestScale(bits), 0.02F) << bits;
}

TEST(MagnitudeHistogram, GrowsByALargerBatch) {
    MagnitudeHistogram histogram(false);
    histogram.add(std::vector<float>(10, 0.001F));
    histogram.add(std::vector<float>(1000, 1000.0F));
    EXPECT_NEAR(histogram.bestScale(2), 1000.0F / 3, 1.0F);
}

TEST(MagnitudeHistogram, PassesOverWhatSaysNothing) {
    MagnitudeHistogram histogram(false);
    histogram.add(std::vector<float>{-1, 0, std::nanf(""), std::numeric_limits<float>::infinity()});
    EXPECT_EQ(histogram.bestScale(4), 1);
}

}  // namespace
}  // namespace bitdesk
