// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/report_job.h"

#include <gtest/gtest.h>
#include <algorithm>

#include "tests/core/store/store_folder.h"

namespace bitdesk::jobs {
namespace {

class ReportJob : public testing::Test {
protected:
    std::int64_t evaluation(int bits, const char* data, const char* model = "m") {
        Evaluation e = storedExample(bits);
        e.dataHash = data;
        e.modelHash = model;
        e.bitops = 1000 * bits;
        return m_store.save(e);
    }
    void measurement(int bits, const std::string& machine, int threads) {
        Measurement m;
        m.modelHash = "m";
        m.modelName = "model";
        m.bits = {{bits, 3}};
        m.machine = machine;
        m.threads = threads;
        m.samplesMs = {1, 1, 1, 1, 1};
        m.runGroup = 1;
        m_store.save(m);
    }
    void layerTable(const std::string& machine, int threads) {
        LayerTable table;
        table.key = {.modelHash = "m",
                     .backend = {},
                     .device = {},
                     .machine = machine,
                     .build = {},
                     .threads = threads,
                     .batch = 1};
        table.findings.push_back(
            {.layer = machine, .fromBits = 4, .toBits = 3, .from = {}, .to = {}, .explanation = {}});
        m_store.save(table, "model");
    }
    bool warned(const Report& report, const std::string& part) const {
        return std::ranges::any_of(report.warnings,
                                   [&](const std::string& w) { return w.find(part) != std::string::npos; });
    }
    Store m_store{":memory:"};
};

TEST_F(ReportJob, ScopesAreOfHashesNotOfNames) {
    evaluation(4, "old");
    evaluation(3, "old");
    evaluation(4, "new", "another");
    evaluation(4, "new");
    evaluation(2, "new");
    const Report report = reportOf(m_store, {});
    EXPECT_EQ(report.input.points.size(), 2u);
    for (const ReportPoint& point : report.input.points) {
        EXPECT_EQ(point.evaluation.dataHash, "new");
        EXPECT_EQ(point.evaluation.modelHash, "m");
    }
    EXPECT_TRUE(warned(report, "Left out: 2 of model's evaluations, on other images of the same name"));
    EXPECT_TRUE(warned(report, "Left out: 1 of other models' evaluations, named model, too"));
}

TEST_F(ReportJob, NothingIsSaidWhereThereIsNothingToTell) {
    evaluation(4, "d");
    evaluation(2, "d");
    for (const std::string& warning : reportOf(m_store, {}).warnings)
        EXPECT_EQ(warning.find("Left out"), std::string::npos) << warning;
}

TEST_F(ReportJob, NamedResultsOfOtherImagesAreNoTradeOff) {
    const auto a = evaluation(4, "d"), b = evaluation(2, "e");
    ReportRequest request;
    request.ids = {a, b};
    const Report report = reportOf(m_store, request);
    ASSERT_EQ(report.tradeOff.size(), 1u);
    EXPECT_EQ(report.input.points[report.tradeOff[0]].evaluation.dataHash, "d");
    EXPECT_NE(report.comparisons[1].verdict.find("other images"), std::string::npos);
    EXPECT_TRUE(warned(report, "1 mixes that were evaluated on others"));
}

TEST_F(ReportJob, FindingsAreOfTheMachineThatMeasured) {
    evaluation(4, "d");
    evaluation(2, "d");
    layerTable("here", 2);
    layerTable("here", 1);
    layerTable("elsewhere", 2);
    EXPECT_TRUE(reportOf(m_store, {}).input.findings.empty()) << "nothing was measured";
    measurement(4, "here", 2);
    const auto findings = reportOf(m_store, {}).input.findings;
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].layer, "here");
    measurement(2, "another", 2);
    EXPECT_EQ(reportOf(m_store, {}).input.findings.size(), 1u);
}

}  // namespace
}  // namespace bitdesk::jobs
