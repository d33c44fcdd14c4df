// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/evaluate_job.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/network/cost.h"
#include "tests/app/jobs/small_workplace.h"
#include "tests/core/base/expect_error.h"

namespace bitdesk::jobs {
namespace {

class EvaluateJob : public testing::Test {
protected:
    EvaluateRequest request(int bits) const {
        return {
            .model = m_place.model, .data = m_place.data, .bits = m_place.uniform(bits), .device = {}, .options = {}};
    }

    test::SmallWorkplace m_place;
};

TEST_F(EvaluateJob, SavesOnceAndComesBackFromTheStore) {
    JobContext context = m_place.context();
    const EvaluateResult first = evaluateMix(request(3), context), second = evaluateMix(request(3), context);
    EXPECT_FALSE(first.fromStore);
    EXPECT_TRUE(second.fromStore);
    EXPECT_GT(first.evaluation.id, 0);
    EXPECT_EQ(second.evaluation.id, first.evaluation.id);
    EXPECT_EQ(second.evaluation.predictions, first.evaluation.predictions);
    EXPECT_EQ(first.evaluation.total, test::SmallWorkplace::kImages);
    EXPECT_EQ(first.evaluation.bitops, bitOps(m_place.model->network, m_place.uniform(3)));
    EXPECT_EQ(m_place.rows().size(), 1u);
}

TEST_F(EvaluateJob, EveryBackendGivesTheSameAnswers) {
    JobContext context = m_place.context();
    context.store = nullptr;
    EvaluateRequest portable = request(2);
    portable.device.backend = "portable";
    EXPECT_EQ(evaluateMix(request(2), context).evaluation.predictions,
              evaluateMix(portable, context).evaluation.predictions);
    EXPECT_TRUE(m_place.rows().empty()) << "without a store nothing is kept";
}

TEST_F(EvaluateJob, CancelledLeavesNoRow) {
    std::stop_source source;
    JobContext context = m_place.context(source.get_token());
    EXPECT_THROW(evaluateMix(request(4), context,
                             [&](const PartialEvaluation& partial) {
                                 if (partial.seen == partial.total) source.request_stop();  // even at the very end
                             }),
                 Cancelled);
    EXPECT_TRUE(m_place.rows().empty());
}

TEST_F(EvaluateJob, MakesWayForAHigherPriority) {
    std::jthread other;
    std::atomic<bool> otherRan = false;
    bool ranInside = false;
    JobContext context = m_place.context();
    evaluateMix(request(4), context, [&](const PartialEvaluation& partial) {
        if (!other.joinable())
            other = std::jthread([&] {
                const auto lease = m_place.arbiter.acquire(ComputePriority::Interactive);
                otherRan = true;
            });
        if (partial.seen < partial.total) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            ranInside = ranInside || otherRan;
        }
    });
    other.join();
    EXPECT_TRUE(ranInside) << "the other one had to wait for the end";
}

TEST_F(EvaluateJob, UnknownBackendsAndDevicesAreUsage) {
    JobContext context = m_place.context();
    EvaluateRequest r = request(4);
    r.device.backend = "imagined";
    test::expectError(ErrorKind::Usage, {"imagined"}, [&] { evaluateMix(r, context); });
    r.device = {.backend = "reference", .device = "toaster"};
    test::expectError(ErrorKind::Usage, {"toaster"}, [&] { evaluateMix(r, context); });
}

}  // namespace
}  // namespace bitdesk::jobs
