// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/runtime/packed_executor.h"

#include "core/network/catalogue.h"
#include "tests/core/plan/unusual_graphs.h"

namespace bitdesk {
namespace {

using runtime::Isa;

class PackedExecution : public testing::TestWithParam<Isa> {
protected:
    void SetUp() override {
        if (!runtime::hasIsa(GetParam())) GTEST_SKIP() << "this CPU lacks " << runtime::isaName(GetParam());
    }

    std::unique_ptr<PackedExecutor> packed(const MetaModel& model, int threads) const {
        PackedOptions options;
        options.threads = threads;
        options.isa = GetParam();
        return makePackedExecutor(model, options);
    }

    /// Several mixes at several batch sizes against the interpreter.
    void compare(const std::string& name, const MetaModel& model, int mixes, const std::vector<int>& batches) const {
        Random random(11);
        const auto oracle = makeInterpreter(model);
        std::vector<std::unique_ptr<PackedExecutor>> executors;
        for (const int threads : {1, 2, 3}) executors.push_back(packed(model, threads));
        for (int mix = 0; mix < mixes; ++mix) {
            const ExecutionPlan plan = lower(model, test::randomBits(model, random));
            for (const int batch : batches) {
                const auto images = test::randomPixels(model, batch, static_cast<std::uint64_t>(mix));
                std::vector<float> expected(static_cast<std::size_t>(batch * plan.classes)), found(expected.size());
                oracle->run(plan, images, batch, expected);
                for (const auto& executor : executors) {
                    std::ranges::fill(found, -1.0F);
                    executor->run(plan, images, batch, found);
                    test::expectSameLogits(found, expected,
                                           name + ", " + toText(plan.bits) + ", batch " + std::to_string(batch));
                    if (HasFatalFailure()) return;
                }
            }
        }
    }
};

INSTANTIATE_TEST_SUITE_P(, PackedExecution, testing::Values(Isa::Portable, Isa::Avx2, Isa::Avx512Vnni),
                         [](const auto& instance) { return std::string(runtime::isaName(instance.param)); });

TEST_P(PackedExecution, RunsUnusualGraphsAsTheInterpreterDoes) {
    for (const auto& [name, model] : test::unusualModels()) compare(name, model, 4, {1, 2, 7});
}

TEST_P(PackedExecution, RunsEveryWeightQuantizerAsTheInterpreterDoes) {
    const Network network = findNetwork("resnet14").build({8, 8, 1}, 10);
    for (const WeightQuantizer& quantizer : weightQuantizers()) {
        if (!quantizer.nests) compare(quantizer.name, randomModel(network, {2, 3, 4}, 3, quantizer.name), 1, {3});
        // The lowest code in half of all places: one beyond the other end where codes do not nest.
        MetaModel lowest = randomModel(network, {2, 5, 8}, 3, quantizer.name);
        for (std::size_t l = 0; l < lowest.layers.size(); ++l) {
            auto& codes = lowest.layers[l].codes;
            const std::size_t copy = codes.size() / static_cast<std::size_t>(lowest.codeCopies(network.layers()[l]));
            for (std::size_t begin = 0; begin < codes.size(); begin += copy) {
                const std::span part(codes.data() + begin, copy);
                const std::int8_t least = *std::ranges::min_element(part);
                for (std::int8_t& code : part)
                    if (code < 0) code = least;
            }
        }
        compare(std::string(quantizer.name) + ", lowest codes", lowest, 1, {2});
    }
}

TEST_P(PackedExecution, RunsResidualNetworksAsTheInterpreterDoes) {
    const MetaModel small = randomModel(findNetwork("resnet14").build({12, 12, 1}, 10), {2, 3, 4}, 1);
    compare("resnet14", small, 6, {1, 2, 5});
    if (GetParam() == Isa::Portable) return;  // the next is large
    // Its stem, its pool and its widest layers, in one image.
    const MetaModel large = randomModel(findNetwork("resnet18").build({33, 31, 3}, 5), {2, 3, 4}, 2);
    Random random(12);
    const ExecutionPlan plan = lower(large, test::randomBits(large, random));
    const auto image = test::randomPixels(large, 1, 1);
    std::vector<float> expected(5), found(5);
    makeInterpreter(large)->run(plan, image, 1, expected);
    for (const int threads : {1, 2}) {
        packed(large, threads)->run(plan, image, 1, found);
        test::expectSameLogits(found, expected, "resnet18");
    }
}

/// A map of more than one band behind its convolution, and a pool whose output would fit where the convolution reads.
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
                const PrefixCheckpoint& same = kept[static_cast<std::size_t>(later[0].step)];
                ASSERT_EQ(later[0].values.size(), same.values.size());
                for (std::size_t v = 0; v < same.values.size(); ++v) {
                    const int producer = same.values[v].producer;
                    ASSERT_EQ(later[0].values[v].producer, producer);
                    const auto floats = kBatch * plan.steps[static_cast<std::size_t>(producer)].outputShape.elements();
                    EXPECT_TRUE(std::equal(same.values[v].data.get(), same.values[v].data.get() + floats,
                                           later[0].values[v].data.get()));
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
