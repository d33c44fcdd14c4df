// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/compare_job.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace bitdesk::jobs {
namespace {

class CompareJob : public testing::Test {
protected:
    /// 1000 images, of which the first `wrong` are wrong.
    std::int64_t evaluation(int bits, int wrong, const char* data = "d", int images = 1000) {
        Evaluation e;
        e.setKey({.modelHash = "m", .dataHash = data, .split = "test", .subset = images, .bits = {{bits, bits}}});
        e.modelName = "model";
        e.dataName = "data";
        e.total = images;
        e.correct = images - wrong;
        e.predictions.assign(static_cast<std::size_t>(images), 0);
        e.correctMask.assign(static_cast<std::size_t>(images), 1);
        std::fill_n(e.correctMask.begin(), wrong, 0);
        return m_store.save(e);
    }
    std::int64_t measurement(int bits, double milliseconds, std::int64_t group, bool simulated = false) {
        Measurement m;
        m.modelHash = "m";
        m.modelName = "model";
        m.bits = {{bits, bits}};
        m.runGroup = group;
        m.simulated = simulated;
        m.noiseFloor = 0.01;
        for (int i = 0; i < 40; ++i) m.samplesMs.push_back(milliseconds * (1 + 0.001 * (i % 5)));
        return m_store.save(m);
    }
    CompareResult compare(std::int64_t a, std::int64_t b) { return compareStored(m_store, {.a = a, .b = b}); }

    Store m_store{":memory:"};
};

TEST_F(CompareJob, AccuracyOnTheSameImages) {
    const auto a = evaluation(4, 100), b = evaluation(2, 150);
    const CompareResult found = compare(a, b);
    EXPECT_DOUBLE_EQ(found.accuracy.difference.delta, -0.05);
    EXPECT_EQ(found.accuracy.difference.onlyA, 50);
    EXPECT_EQ(found.accuracy.verdict, AccuracyVerdict::Worse);
    EXPECT_EQ(compare(b, a).accuracy.verdict, AccuracyVerdict::Better);
    EXPECT_EQ(compare(a, a).accuracy.verdict, AccuracyVerdict::Same);
    EXPECT_EQ(found.latency.verdict, LatencyVerdict::Unclear);
    EXPECT_FALSE(found.hasLatency);
}

TEST_F(CompareJob, PartialResultsPairUp) {
    const CompareResult found = compare(evaluation(4, 10, "d", 1000), evaluation(2, 40, "d", 300));
    EXPECT_EQ(found.accuracy.difference.total, 300);
    EXPECT_EQ(found.accuracy.difference.onlyA, 30);
}

TEST_F(CompareJob, OtherImagesCannotBeCompared) {
    const CompareResult found = compare(evaluation(4, 10, "d"), evaluation(2, 40, "other"));
    EXPECT_EQ(found.accuracy.difference.total, 0);
    EXPECT_EQ(found.accuracy.verdict, AccuracyVerdict::Unclear);
    EXPECT_NE(found.accuracy.reason.find("other images"), std::string::npos);
}

TEST_F(CompareJob, LatencyOfOneInterleavedRun) {
    const auto a = measurement(4, 1.0, 7), b = measurement(2, 0.8, 7);
    const CompareResult found = compare(a, b);
    EXPECT_EQ(found.latency.verdict, LatencyVerdict::Faster);
    EXPECT_NEAR(found.latency.ratio, 0.8, 1e-9);
    EXPECT_EQ(found.latency.pairs, 40);
    EXPECT_EQ(found.latency.noiseFloor, 0.01);
    EXPECT_EQ(found.accuracy.difference.total, 0);
}

TEST_F(CompareJob, LatencyOfTwoRunsIsUnclear) {
    const CompareResult found = compare(measurement(4, 1.0, 7), measurement(2, 0.5, 8));
    EXPECT_EQ(found.latency.verdict, LatencyVerdict::Unclear);
    EXPECT_FALSE(found.latency.ci95);
    EXPECT_NEAR(found.latency.ratio, 0.5, 1e-9) << "told, but no verdict";
    EXPECT_NE(found.latency.reason.find("interleaved"), std::string::npos);
}

TEST_F(CompareJob, SimulatedTimesGiveNoVerdict) {
    const CompareResult found = compare(measurement(4, 1.0, 7, true), measurement(2, 0.5, 7, true));
    EXPECT_EQ(found.latency.verdict, LatencyVerdict::Unclear);
    EXPECT_NE(found.latency.reason.find("simulated"), std::string::npos);
}

TEST_F(CompareJob, FindsWhatBelongsToTheSameMixes) {
    const auto a = evaluation(4, 100), b = evaluation(2, 150);
    measurement(4, 1.0, 7);
    measurement(2, 0.8, 7);
    measurement(4, 1.0, 9);
    const auto newest = measurement(2, 0.6, 9);
    measurement(2, 0.1, 10);  // alone in its run
    const CompareResult fromEvaluations = compare(a, b);
    EXPECT_NEAR(fromEvaluations.latency.ratio, 0.6, 1e-9);
    EXPECT_EQ(fromEvaluations.b.measurement->id, newest);
    const CompareResult mixed = compare(a, newest);
    EXPECT_EQ(mixed.accuracy.verdict, AccuracyVerdict::Worse);
    EXPECT_EQ(mixed.latency.verdict, LatencyVerdict::Faster);
}

TEST_F(CompareJob, UnknownIds) {
    const auto a = evaluation(4, 100);
    EXPECT_THROW(compare(a, 99), Error);
    EXPECT_THROW(compare(-1, a), Error);
}

}  // namespace
}  // namespace bitdesk::jobs
