// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/evaluate/evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/base/random.h"
#include "core/data/in_memory_data_set.h"
#include "core/execute/interpreter/interpreter.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kImages = 50;

InMemoryDataSet randomData(int height, int classes) {
    Random random(5);
    RawImages raw{.height = height, .width = 4, .channels = 2, .pixels = {}, .labels = {}, .classNames = {}};
    for (std::int64_t i = 0; i < kImages * raw.imageBytes(); ++i)
        raw.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    for (std::int64_t i = 0; i < kImages; ++i)
        raw.labels.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(classes))));
    for (int c = 0; c < classes; ++c) raw.classNames.push_back("class " + std::to_string(c));
    std::vector<std::int64_t> all(kImages);
    std::iota(all.begin(), all.end(), 0);
    return {"random", Split::Test, raw, all};
}

class Evaluator : public testing::Test {
protected:
    EvaluationOutcome run(const EvaluationOptions& options, std::stop_token stop = {}, const PartialSink& sink = {}) {
        return evaluate(*m_executor, m_plan, m_data, options, std::move(stop), sink);
    }

    MetaModel m_model = test::tinyModel();
    InMemoryDataSet m_data = randomData(4, 3);
    ExecutionPlan m_plan = lower(m_model, {{4, 2}});
    std::unique_ptr<Executor> m_executor = makeInterpreter(m_model);
};

TEST_F(Evaluator, VisitsEveryImageOnceInTheFixedOrder) {
    const EvaluationOutcome found = run({});
    const auto inFileOrder = predict(*m_executor, m_plan, m_data, {.batch = 7});
    const auto order = permutation(kImages, kOrderSeed);
    ASSERT_EQ(found.predictions.size(), std::size_t{kImages});
    std::int64_t correct = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        EXPECT_EQ(found.predictions[i], inFileOrder[static_cast<std::size_t>(order[i])]);
        const bool right = found.predictions[i] == m_data.label(order[i]);
        EXPECT_EQ(found.correctMask[i], right ? 1 : 0);
        correct += right ? 1 : 0;
    }
    EXPECT_EQ(found.correct, correct);
    EXPECT_EQ(found.total, kImages);
    EXPECT_GT(std::set(found.predictions.begin(), found.predictions.end()).size(), 1u) << "a model that says nothing";
}

TEST_F(Evaluator, ALimitIsTheBeginningOfTheSameOrder) {
    const EvaluationOutcome whole = run({}), part = run({.limit = 20});
    ASSERT_EQ(part.total, 20);
    EXPECT_TRUE(std::equal(part.predictions.begin(), part.predictions.end(), whole.predictions.begin()));
}

TEST_F(Evaluator, BatchesChangeNoAnswer) {
    const auto expected = run({}).predictions;
    for (const int batch : {1, 3, 50, 1000}) EXPECT_EQ(run({.batch = batch, .firstBatch = 2}).predictions, expected);
}

TEST_F(Evaluator, PartialResultsGrowFromASmallFirstBatch) {
    std::vector<std::int64_t> seen;
    run({.batch = 20, .firstBatch = 4}, {}, [&](const PartialEvaluation& partial) {
        seen.push_back(partial.seen);
        EXPECT_EQ(partial.total, kImages);
        EXPECT_EQ(static_cast<std::int64_t>(partial.correctMask.size()), partial.seen);
        EXPECT_EQ(std::accumulate(partial.correctMask.begin(), partial.correctMask.end(), std::int64_t{0}),
                  partial.correct);
    });
    EXPECT_EQ(seen, (std::vector<std::int64_t>{4, 24, 44, 50}));
}

TEST_F(Evaluator, StopsBetweenMiniBatches) {
    std::stop_source source;
    int batches = 0;
    EXPECT_THROW(run({.batch = 10}, source.get_token(),
                     [&](const PartialEvaluation&) {
                         if (++batches == 2) source.request_stop();
                     }),
                 Cancelled);
    EXPECT_EQ(batches, 2);
}

TEST_F(Evaluator, NamesDataThatDoesNotFit) {
    test::expectBadInput({"random", "5×4×2", "4×4×2"}, [&] { checkDataFitsModel(randomData(5, 3), m_model); });
    test::expectBadInput({"random", "7 classes", "has 3"}, [&] { checkDataFitsModel(randomData(4, 7), m_model); });
    MetaModel named = m_model;
    named.classNames = {"a", "b", "c"};
    test::expectBadInput({"random", "its classes are not those of"},
                         [&] { checkDataFitsModel(randomData(4, 3), named); });
}

}  // namespace
}  // namespace bitdesk
