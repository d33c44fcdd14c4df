// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Reuse changes how long an answer takes, never the answer.

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "core/base/error.h"
#include "core/data/in_memory_data_set.h"
#include "core/evaluate/sweep.h"
#include "core/execute/packed/packed_executor.h"
#include "core/network/catalogue.h"
#include "tests/core/execute/plan/unusual_graphs.h"

namespace bitdesk {
namespace {

constexpr int kImages = 70;

MetaModel network() { return randomModel(findNetwork("resnet14").build({8, 8, 1}, 10), {2, 3, 4}, 1); }

InMemoryDataSet images(std::uint64_t seed) {
    Random random(seed);
    RawImages raw{.height = 8, .width = 8, .channels = 1, .pixels = {}, .labels = {}, .classNames = {}};
    for (std::int64_t i = 0; i < kImages * raw.imageBytes(); ++i)
        raw.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    for (int i = 0; i < kImages; ++i) raw.labels.push_back(static_cast<int>(random.below(10)));
    for (int c = 0; c < 10; ++c) raw.classNames.push_back("class " + std::to_string(c));
    std::vector<std::int64_t> all(kImages);
    std::iota(all.begin(), all.end(), 0);
    return {"random", Split::Test, raw, all};
}

std::unique_ptr<Executor> executorOf(const MetaModel& model, int threads) {
    PackedOptions options;
    options.threads = threads;
    return makePackedExecutor(model, options);
}

EvaluationOptions batches() { return {.limit = 0, .batch = 16, .firstBatch = 6, .orderSeed = kOrderSeed}; }

/// A hand on the faders: mostly the same one again, sometimes another, sometimes back to a mix it had.
void walk(PrefixCache& cache, int threads, int moves) {
    const MetaModel model = network();
    const InMemoryDataSet data = images(1);
    const auto reusing = executorOf(model, threads), plain = executorOf(model, 1);
    Random random(7);
    std::vector<BitConfiguration> history{uniformBits(model.network, 4)};
    std::size_t fader = 0;
    for (int move = 0; move < moves; ++move) {
        BitConfiguration mix = history.back();
        if (random.below(3) == 0) fader = random.below(mix.size());
        mix.bits[fader] = 2 + static_cast<int>(random.below(3));
        if (random.below(6) == 0) mix = history[random.below(history.size())];
        history.push_back(mix);
        const ExecutionPlan plan = lower(model, mix);
        const auto found = evaluate(*reusing, plan, data, batches(), {}, {}, &cache);
        const auto expected = evaluate(*plain, plan, data, batches());
        ASSERT_EQ(found.predictions, expected.predictions) << "move " << move;
        ASSERT_EQ(found.correctMask, expected.correctMask);
    }
}

TEST(PrefixReuse, AnswersAreTheSameWithoutIt) {
    for (const int threads : {1, 2}) {
        PrefixCache cache;
        walk(cache, threads, 40);
        EXPECT_GT(cache.bytes(), std::size_t{0});
    }
}

TEST(PrefixReuse, StaysWithinItsBound) {
    for (const std::size_t bound : {std::size_t{0}, std::size_t{30'000}, std::size_t{200'000}}) {
        PrefixCache cache(bound);
        walk(cache, 1, 25);
        EXPECT_LE(cache.bytes(), bound);
    }
}

TEST(PrefixReuse, TheSecondMoveOfAFaderComputesOnlyWhatLiesBehindIt) {
    const MetaModel model = network();
    const InMemoryDataSet data = images(1);
    const auto executor = executorOf(model, 1);
    PrefixCache cache;
    int before = 0;
    for (std::size_t fader = 4; fader < model.network.quantizable().size(); ++fader) {
        BitConfiguration mix = uniformBits(model.network, 4);
        for (const int bits : {4, 3, 2}) {
            mix.bits[fader] = bits;
            evaluate(*executor, lower(model, mix), data, batches(), {}, {}, &cache);
        }
        EXPECT_GE(cache.skippedSteps(), before) << fader;
        before = cache.skippedSteps();
    }
    EXPECT_GE(before, 14);  // of 17 steps, at the last fader
}

TEST(PrefixReuse, OtherImagesBeginAnew) {
    const MetaModel model = network();
    const auto executor = executorOf(model, 1);
    PrefixCache cache;
    const ExecutionPlan plan = lower(model, uniformBits(model.network, 3));
    for (const std::uint64_t seed : {1, 2, 1}) {
        const InMemoryDataSet data = images(seed);
        const auto found = evaluate(*executor, plan, data, batches(), {}, {}, &cache);
        EXPECT_EQ(cache.skippedSteps(), 0);
        EXPECT_EQ(found.predictions, evaluate(*executor, plan, data, batches()).predictions);
    }
}

class Sweep : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Subtrees, Sweep, testing::Values(1, 7, 1000));

TEST_P(Sweep, EveryConfigurationHasTheResultOfItsOwnEvaluation) {
    const MetaModel model = network();
    const InMemoryDataSet data = images(3);
    Random random(1);
    std::vector<BitConfiguration> configurations;
    for (int i = 0; i < 40; ++i) configurations.push_back(test::randomBits(model, random));
    for (const int bits : {2, 3, 4, 3})  // all mixes of the last two layers, and one twice
        for (const int last : model.bits) {
            BitConfiguration mix = uniformBits(model.network, 4);
            mix.bits[mix.size() - 2] = bits;
            mix.bits[mix.size() - 1] = last;
            configurations.push_back(mix);
        }
    const auto executor = executorOf(model, 2);
    std::map<std::size_t, EvaluationOutcome> found;
    SweepOptions options;
    options.evaluation = batches();
    options.subtree = GetParam();
    sweep(*executor, model, configurations, data, options, {}, [&](const FinishedSubtree& subtree) {
        EXPECT_LE(subtree.indices.size(), GetParam());
        for (std::size_t i = 0; i < subtree.indices.size(); ++i) found[subtree.indices[i]] = subtree.outcomes[i];
    });
    ASSERT_EQ(found.size(), configurations.size());
    for (const auto& [index, outcome] : found) {
        const auto expected = evaluate(*executor, lower(model, configurations[index]), data, batches());
        EXPECT_EQ(outcome.predictions, expected.predictions) << index;
        EXPECT_EQ(outcome.correctMask, expected.correctMask);
        EXPECT_EQ(outcome.correct, expected.correct);
        EXPECT_EQ(outcome.total, expected.total);
    }
}

TEST(SweepCost, TheBoundCountsTheNodesOfTheTrie) {
    const MetaModel model = network();
    const auto layers = model.network.quantizable().size();
    std::vector<BitConfiguration> configurations;
    for (const int a : model.bits)
        for (const int b : model.bits) {
            BitConfiguration mix = uniformBits(model.network, 4);
            mix.bits[layers - 2] = a;
            mix.bits[layers - 1] = b;
            configurations.push_back(mix);
        }
    // Each convolution costs 1, all else nothing: the trie has layers − 2 nodes in common, 3 and then 9.
    const auto cost = [](const ExecutionPlan& plan, std::size_t s) {
        return plan.steps[s].as<Conv2dAttributes>() != nullptr ? 1.0 : 0.0;
    };
    const SweepBound bound = sweepBound(model, configurations, 1000, cost);
    EXPECT_EQ(bound.separate, 9.0 * static_cast<double>(layers + 1));  // the stem, too
    EXPECT_EQ(bound.visited, static_cast<double>(layers + 1 - 2) + 3 + 9);
}

TEST(SweepCost, ACancelledSweepKeepsFinishedSubtrees) {
    const MetaModel model = network();
    const InMemoryDataSet data = images(3);
    std::vector<BitConfiguration> configurations;
    for (const int bits : model.bits) configurations.push_back(uniformBits(model.network, bits));
    const auto executor = executorOf(model, 1);
    std::stop_source stop;
    SweepOptions options;
    options.subtree = 1;
    std::size_t finished = 0;
    EXPECT_THROW(sweep(*executor, model, configurations, data, options, stop.get_token(),
                       [&](const FinishedSubtree& subtree) {
                           finished += subtree.indices.size();
                           if (finished == 2) stop.request_stop();
                       }),
                 Cancelled);
    EXPECT_EQ(finished, std::size_t{2});
}

}  // namespace
}  // namespace bitdesk
