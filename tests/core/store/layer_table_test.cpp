// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/results/results_json.h"
#include "core/store/store.h"

namespace bitdesk {
namespace {

LayerCell cell(double ms) { return {{ms, 0.9 * ms, 1.1 * ms, 12}, {0.95 * ms, 1.05 * ms}}; }

/// Two faders at two widths: the first layer's time depends on the second's width.
LayerTable example() {
    LayerTable table;
    table.key = {.modelHash = "m", .backend = "packed", .device = "cpu", .machine = "x", .build = "b"};
    table.widths = {2, 4};
    LayerRow first, second, pool;
    first.name = "first";
    first.quantizable = 0;
    first.next = 1;
    first.macs = 10;
    first.kernels = {"k2", "k4"};
    first.executedBits = {2, 8};
    first.weightBytes = {100, 200};
    first.cells = {{cell(1), cell(2)}, {cell(3), cell(4)}};
    second = first;
    second.name = "second";
    second.quantizable = 1;
    second.next = -1;
    second.cells = {{cell(10)}, {cell(20)}};
    pool.name = "pool";
    pool.kernels = {"values"};
    pool.executedBits = {32};
    pool.weightBytes = {0};
    pool.cells = {{cell(100)}};
    table.rows = {first, second, pool};
    table.outsideMs = {1000, 900, 1100, 5};
    table.checks = {
        {{{2, 4}}, 1122, 1000, {990, 1010}}, {{{4, 4}}, 1124, 1124, {1, 2}}, {{{2, 2}}, 1111, 1089, {1, 2}}};
    table.mixes = 9;
    table.rounds = 3;
    table.roofline = {{{1e9, 1e8, 2e9, 3}, {2e9, 1e9, 3e9, 3}}, {1e10, 1e9, 2e10, 7}, 4096, {1e8, 1e7, 1e9, 3}};
    table.findings = {{.layer = "first",
                       .fromBits = 4,
                       .toBits = 2,
                       .bitopsRatio = 0.25,
                       .from = cell(3),
                       .to = cell(3),
                       .cause = SlowCause::MemoryBound,
                       .explanation = "because"}};
    table.warnings = {"busy"};
    return table;
}

TEST(LayerTable, PredictsFromCellsByHand) {
    const LayerTable table = example();
    EXPECT_EQ(table.predict({{2, 2}}), 1 + 10 + 100 + 1000);
    EXPECT_EQ(table.predict({{2, 4}}), 2 + 20 + 100 + 1000);
    EXPECT_EQ(table.predict({{4, 2}}), 3 + 10 + 100 + 1000);
    EXPECT_THROW(table.predict({{3, 2}}), Error);
    EXPECT_THROW(table.predict({{2}}), Error);
    EXPECT_NEAR(*table.medianError(), 1111.0 / 1089 - 1, 1e-12) << "the middle of 12.2 %, 0 and 2.0 %";
}

TEST(LayerTable, KnowsWhichModelsItCovers) {
    const LayerTable table = example();
    const std::vector<int> widths{2, 4}, others{2, 3};
    EXPECT_TRUE(table.covers(2, widths));
    EXPECT_TRUE(table.covers(3, widths)) << "a fader that no row has costs nothing";
    EXPECT_FALSE(table.covers(1, widths));
    EXPECT_FALSE(table.covers(2, others));
    LayerTable cut = table;
    cut.rows[0].cells.pop_back();
    EXPECT_FALSE(cut.covers(2, widths));
    cut = table;
    cut.rows[0].cells[1].pop_back();
    EXPECT_FALSE(cut.covers(2, widths));
}

TEST(LayerTable, IsKeptByTheStore) {
    Store store(":memory:");
    const LayerTable table = example();
    LatencyKey key = table.key;
    EXPECT_FALSE(store.layerTable(key));
    store.save(table, "model");
    const auto found = store.layerTable(key);
    ASSERT_TRUE(found);
    EXPECT_EQ(storedText(*found), storedText(table));
    EXPECT_EQ(found->key, key);
    EXPECT_EQ(found->predict({{4, 4}}), table.predict({{4, 4}}));
    EXPECT_EQ(found->findings[0].cause, SlowCause::MemoryBound);
    key.threads = 2;
    EXPECT_FALSE(store.layerTable(key)) << "of other threads";
    LayerTable newer = example();
    newer.outsideMs.median = 0;
    store.save(newer, "model");
    EXPECT_EQ(store.layerTable(table.key)->outsideMs.median, 0) << "the newest";
    const auto older = store.layerTable(table.key, [](const LayerTable& t) { return t.outsideMs.median != 0; });
    ASSERT_TRUE(older);
    EXPECT_NE(older->outsideMs.median, 0);
}

TEST(LayerTable, DamagedOnesAreNone) {
    const auto good = nlohmann::json::parse(storedText(example()));
    EXPECT_TRUE(layerTableFromJson(good.dump()));
    EXPECT_FALSE(layerTableFromJson(""));
    EXPECT_FALSE(layerTableFromJson("[]"));
    for (const auto& [key, value] : good.items()) {
        auto bad = good;
        bad.erase(key);
        EXPECT_FALSE(layerTableFromJson(bad.dump())) << "without " << key;
        bad[key] = "text";
        EXPECT_FALSE(layerTableFromJson(bad.dump())) << "text for " << key;
    }
    auto bad = good;
    bad["rows"][0]["kernels"].push_back("one too many");
    EXPECT_FALSE(layerTableFromJson(bad.dump()));
    bad = good;
    bad["rows"][0]["cells"][0][0][0] = nullptr;
    EXPECT_FALSE(layerTableFromJson(bad.dump()));
}

TEST(LayerTable, CutOrScrambledTextIsNoneOrSafe) {
    const std::string good = storedText(example());
    Random random(1);
    for (int trial = 0; trial < 2000; ++trial) {
        std::string text = good.substr(0, random.below(good.size() + 1));
        if (trial % 2 == 0) text = good;
        for (std::uint64_t change = random.below(4); change > 0 && !text.empty(); --change)
            text[random.below(text.size())] = static_cast<char>(random.below(256));
        const std::vector<int> widths{2, 4};
        const auto table = layerTableFromJson(text);
        if (!table || !table->covers(2, widths)) continue;
        for (const int a : widths)
            for (const int b : widths) EXPECT_NO_THROW(table->predict({{a, b}})) << text;
    }
}

}  // namespace
}  // namespace bitdesk
