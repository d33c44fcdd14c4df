// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/prefix_values.h"
#include "tests/core/execute/packed/packed_execution.h"
#include "tests/core/execute/plan/modern_graphs.h"

namespace bitdesk {
namespace {

using packed::Isa;
using PackedExecution = test::PackedExecution;

const std::vector<packed::PrefixValue>& valuesOf(const PrefixCheckpoint& checkpoint) {
    return dynamic_cast<const packed::PrefixValues&>(*checkpoint.state).values;
}

INSTANTIATE_TEST_SUITE_P(, PackedExecution, testing::Values(Isa::Portable, Isa::Avx2, Isa::Avx512Vnni), test::isaOf);

TEST_P(PackedExecution, RunsUnusualGraphsAsTheInterpreterDoes) {
    for (const auto& [name, model] : test::unusualModels()) compare(name, model, 4, {1, 2, 7});
}

TEST_P(PackedExecution, RunsModernGraphsAsTheInterpreterDoes) {
    for (const auto& [name, model] : test::modernModels()) compare(name, model, 3, {1, 2, 7});
}

TEST_P(PackedExecution, RunsResidualNetworksAsTheInterpreterDoes) {
    const MetaModel small = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    compare("resnet14", small, 6, {1, 2, 5});
}

TEST_P(PackedExecution, PoolsAMapInBands) {
    const MetaModel model = test::chain(100, 8, {2, 3, 4}, 9);
    const ExecutionPlan plan = lower(model, uniformBits(model.network, 4));
    for (const int batch : {1, 2}) {
        const auto images = test::randomPixels(model, batch, 1);
        std::vector<float> expected(static_cast<std::size_t>(batch * plan.classes)), found(expected.size());
        makeInterpreter(model)->run(plan, images, batch, expected);
        packed(model, 1)->run(plan, images, batch, found);
        test::expectSameLogits(found, expected, "batch " + std::to_string(batch));
    }
}

TEST_P(PackedExecution, ACheckpointAtEveryStepGivesTheSameLogits) {
    constexpr int kBatch = 5;
    const MetaModel model = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    Random random(3);
    const ExecutionPlan plan = lower(model, test::randomBits(model, random));
    const auto images = test::randomPixels(model, kBatch, 4);
    std::vector<float> expected(static_cast<std::size_t>(kBatch * plan.classes)), found(expected.size());
    for (const int threads : {1, 2, 8}) {
        const auto executor = packed(model, threads);
        executor->run(plan, images, kBatch, expected);
        std::vector<PrefixCheckpoint> kept(plan.steps.size() - 1);
        for (std::size_t s = 0; s < kept.size(); ++s) kept[s].step = static_cast<int>(s);
        executor->runFrom(plan, images, kBatch, found, nullptr, kept);
        test::expectSameLogits(found, expected, "while checkpoints are kept");
        for (const PrefixCheckpoint& from : kept) {
            std::vector<PrefixCheckpoint> later(1);
            later[0].step = from.step + 1;
            std::ranges::fill(found, -1.0F);
            if (later[0].step < static_cast<int>(kept.size())) {
                executor->runFrom(plan, images, kBatch, found, &from, later);
                const auto& same = valuesOf(kept[static_cast<std::size_t>(later[0].step)]);
                const auto& again = valuesOf(later[0]);
                ASSERT_EQ(again.size(), same.size());
                for (std::size_t v = 0; v < same.size(); ++v) {
                    const int producer = same[v].producer;
                    ASSERT_EQ(again[v].producer, producer);
                    const auto floats = kBatch * plan.steps[static_cast<std::size_t>(producer)].outputShape.elements();
                    EXPECT_TRUE(std::equal(same[v].data.get(), same[v].data.get() + floats, again[v].data.get()));
                }
            } else {
                executor->runFrom(plan, images, kBatch, found, &from, {});
            }
            test::expectSameLogits(found, expected, "from step " + std::to_string(from.step));
        }
    }
}

/// A fader moves: from the common prefix of the two plans on, with the other's checkpoint.
TEST_P(PackedExecution, AnotherMixGoesOnFromTheCommonPrefix) {
    constexpr int kBatch = 3;
    const MetaModel model = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    const auto executor = packed(model, 1);
    const auto images = test::randomPixels(model, kBatch, 4);
    Random random(5);
    const BitConfiguration before = test::randomBits(model, random);
    const ExecutionPlan plan = lower(model, before);
    std::vector<float> expected(static_cast<std::size_t>(kBatch * plan.classes)), found(expected.size());
    int previous = -1;
    for (std::size_t layer = 0; layer < before.bits.size(); ++layer) {
        BitConfiguration after = before;
        after.bits[layer] = before.bits[layer] == 2 ? 4 : 2;
        const ExecutionPlan moved = lower(model, after);
        const int prefix = commonPrefix(plan, moved);
        EXPECT_GE(prefix, previous) << layer;  // layers are in graph order
        previous = std::max(previous, prefix);
        std::vector<PrefixCheckpoint> kept(1);
        kept[0].step = prefix;
        executor->runFrom(plan, images, kBatch, found, nullptr, kept);
        executor->run(moved, images, kBatch, expected);
        executor->runFrom(moved, images, kBatch, found, kept.data(), {});
        test::expectSameLogits(found, expected, "layer " + std::to_string(layer) + " moved");
    }
    EXPECT_GT(previous, static_cast<int>(plan.steps.size()) / 2);
}

}  // namespace
}  // namespace bitdesk
