// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/roofline.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

LayerCell cell(double milliseconds, double noise = 0.005) {
    return {{milliseconds, milliseconds * (1 - noise), milliseconds * (1 + noise), 100},
            {milliseconds * (1 - noise), milliseconds * (1 + noise)}};
}

Quartiles rate(double perSecond) { return {perSecond, perSecond, perSecond, 1}; }

/// A layer at 3 and 4 bits: as fast at both, and none of the causes.
LayerRow plain() {
    LayerRow row;
    row.name = "layer";
    row.quantizable = 0;
    row.macs = 1'000'000;
    row.inputBytes = row.outputBytes = 1000;
    row.outputElements = 1000;
    row.kernels = {"three", "four"};
    row.executedBits = {3, 4};
    row.weightBytes = {1000, 1000};
    row.cells = {{cell(1)}, {cell(1)}};
    return row;
}

std::vector<LayerFinding> find(const LayerRow& row) {
    LayerTable table;
    table.widths = {3, 4};
    table.rows = {row};
    table.roofline = {.macsPerSecond = {rate(2e9), rate(1e9)},
                      .bytesPerSecond = rate(1e9),
                      .bytes = 1,
                      .outputsPerSecond = rate(1e9)};
    return findSlowLayers(table);
}

TEST(SlowLayers, ALayerThatIsFasterIsNone) {
    LayerRow row = plain();
    row.cells = {{cell(0.9)}, {cell(1)}};
    EXPECT_TRUE(find(row).empty());
    row.cells = {{cell(1.1)}, {cell(1)}};
    EXPECT_EQ(find(row).size(), 1u);
}

TEST(SlowLayers, Kernel) {
    const auto found = find(plain());
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].cause, SlowCause::Kernel);
    EXPECT_EQ(found[0].fromBits, 4);
    EXPECT_EQ(found[0].toBits, 3);
    EXPECT_DOUBLE_EQ(found[0].bitopsRatio, 9.0 / 16);
    EXPECT_NE(found[0].explanation.find("four"), std::string::npos) << found[0].explanation;
}

TEST(SlowLayers, Noise) {
    LayerRow row = plain();
    row.cells = {{cell(1, 0.05)}, {cell(1, 0.05)}};
    EXPECT_EQ(find(row)[0].cause, SlowCause::Noise);
}

TEST(SlowLayers, Fallback) {
    LayerRow row = plain();
    row.executedBits = {8, 8};
    EXPECT_EQ(find(row)[0].cause, SlowCause::Fallback);
}

TEST(SlowLayers, MemoryBound) {  // 700 000 bytes at 10⁹ a second are 0.7 of its millisecond
    LayerRow row = plain();
    row.weightBytes = {698'000, 698'000};
    EXPECT_EQ(find(row)[0].cause, SlowCause::MemoryBound);
    EXPECT_NE(find(row)[0].explanation.find("70 %"), std::string::npos) << find(row)[0].explanation;
    row.weightBytes = {398'000, 398'000};
    EXPECT_EQ(find(row)[0].cause, SlowCause::Kernel);
}

TEST(SlowLayers, EpilogueBound) {
    LayerRow row = plain();
    row.outputElements = 800'000;
    EXPECT_EQ(find(row)[0].cause, SlowCause::EpilogueBound);
    EXPECT_NE(find(row)[0].explanation.find("80 %"), std::string::npos) << find(row)[0].explanation;
}

TEST(SlowLayers, LayersWithoutAFaderAreNotAsked) {
    LayerRow row = plain();
    row.quantizable = -1;
    EXPECT_TRUE(find(row).empty());
}

}  // namespace
}  // namespace bitdesk
