// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/evaluate_job.h"

#include <gtest/gtest.h>

#include "tests/app/jobs/small_workplace.h"

namespace bitdesk::jobs {
namespace {

class PairedJob : public testing::Test {
protected:
    EvaluateRequest request(int bits) const {
        EvaluateRequest r{
            .model = m_place.model, .data = m_place.data, .bits = m_place.uniform(bits), .device = {}, .options = {}};
        r.options.batch = 32;
        return r;
    }
    /// A baseline that is right and wrong where we say.
    /// Of the same images as the requests.
    Evaluation baseline(std::vector<std::uint8_t> mask) const {
        Evaluation e;
        e.setKey(keyOf(request(2)));
        e.correctMask = std::move(mask);
        e.total = static_cast<std::int64_t>(e.correctMask.size());
        return e;
    }

    test::SmallWorkplace m_place;
    JobContext m_context = m_place.context();
    std::unique_ptr<Executor> m_executor = makeExecutor(*m_place.model, {}, 2);
};

TEST_F(PairedJob, StopsAtOnceWhereTheDifferenceIsLarge) {
    // Against one that is right everywhere, a random network is worse before long.
    const auto found =
        evaluateUntilSettled(request(2), baseline(std::vector<std::uint8_t>(1000, 1)), 0.005, *m_executor, m_context);
    EXPECT_EQ(found.comparison->verdict, AccuracyVerdict::Worse);
    const Evaluation& e = found.result.evaluation;
    EXPECT_EQ(e.total, 224) << "the first look, at 200 images, comes with the seventh mini-batch";
    EXPECT_EQ(e.subset, 224);
    EXPECT_EQ(e.looks, 5) << "after 200, 300, 450 and 675 images, and all";
    EXPECT_EQ(found.comparison->difference.total, 224);
    EXPECT_EQ(m_place.rows().size(), 1u);
    EXPECT_EQ(m_place.rows()[0].total, 224);
}

TEST_F(PairedJob, GoesOnToTheEndWhereItCannotBeSettled) {
    JobContext none = m_context;
    none.store = nullptr;
    auto mask = evaluateMix(request(2), *m_executor, none).evaluation.correctMask;
    // Sixteen images differ, half each way: no difference, but 1000 images cannot show that it is below a tenth of a
    // point.
    for (std::size_t i = 0; i < 16; ++i) mask[60 * i] ^= 1;
    const auto found = evaluateUntilSettled(request(2), baseline(mask), 0.001, *m_executor, m_context);
    EXPECT_EQ(found.comparison->verdict, AccuracyVerdict::Unclear);
    EXPECT_EQ(found.result.evaluation.total, 1000);
    EXPECT_EQ(found.result.evaluation.looks, 1) << "nothing was left out";
    EXPECT_EQ(found.result.evaluation.key(), keyOf(request(2))) << "the row that any evaluation of all images has";
}

TEST_F(PairedJob, EqualOnesAreSettledAsTheSame) {
    JobContext none = m_context;
    none.store = nullptr;
    const auto mask = evaluateMix(request(2), *m_executor, none).evaluation.correctMask;
    const auto found = evaluateUntilSettled(request(2), baseline(mask), 0.02, *m_executor, m_context);
    EXPECT_EQ(found.comparison->verdict, AccuracyVerdict::Same);
    EXPECT_LT(found.result.evaluation.total, 1000);
}

TEST_F(PairedJob, AStoredWholeEvaluationIsTheAnswer) {
    evaluateMix(request(2), *m_executor, m_context);
    const auto found =
        evaluateUntilSettled(request(2), baseline(std::vector<std::uint8_t>(1000, 1)), 0.005, *m_executor, m_context);
    EXPECT_TRUE(found.result.fromStore);
    EXPECT_EQ(found.comparison->difference.total, 1000);
}

}  // namespace
}  // namespace bitdesk::jobs
