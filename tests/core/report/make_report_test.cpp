// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <algorithm>

#include "core/base/error.h"
#include "core/present/words.h"
#include "core/report/report.h"
#include "tests/core/report/report_fixture.h"

namespace bitdesk {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(MakeReport, CountsFlipsByTrueClass) {
    const Report report = makeReport(test::threeMixes());
    const auto& flips = report.comparisons.at(1).flips;
    ASSERT_EQ(flips.size(), 4U);
    std::int64_t lost = 0, gained = 0;
    for (const ClassFlips& f : flips) {
        lost += f.lost;
        gained += f.gained;
        EXPECT_EQ(f.lost, f.label == 2 ? 1 : 0) << f.label;    // image 10: class 2
        EXPECT_EQ(f.gained, f.label == 0 ? 1 : 0) << f.label;  // image 0: class 0
    }
    EXPECT_EQ(lost, 1);
    EXPECT_EQ(gained, 1);
    std::int64_t lostOfC = 0;
    for (const ClassFlips& f : report.comparisons.at(2).flips) lostOfC += f.lost;
    EXPECT_EQ(lostOfC, 30);
    EXPECT_TRUE(report.comparisons.at(0).flips.empty());
}

TEST(MakeReport, SaysWhatIsBestAndWhatIsBroken) {
    const Report report = makeReport(test::threeMixes());
    EXPECT_EQ(report.comparisons[1].accuracy->verdict, AccuracyVerdict::Same);
    EXPECT_EQ(report.comparisons[2].accuracy->verdict, AccuracyVerdict::Worse);
    EXPECT_EQ(report.comparisons[1].latency->verdict, LatencyVerdict::Faster);
    EXPECT_TRUE(holds(report.summary, "B (42) is the cheapest that keeps the accuracy of A (all 4)")) << report.summary;
    EXPECT_TRUE(holds(report.summary, "37.5 % fewer BitOPs")) << report.summary;  // 20 of 32
    EXPECT_TRUE(holds(report.summary, "1 of 2 stated limits is broken")) << report.summary;
    EXPECT_TRUE(holds(report.comparisons[2].verdict, "−15.00 pp")) << report.comparisons[2].verdict;
    EXPECT_EQ(report.input.title, "model: 3 mixes");
}

TEST(MakeReport, FindsTheFronts) {
    const Report report = makeReport(test::threeMixes());
    EXPECT_EQ(report.bitopsFront, (std::vector<std::size_t>{2, 1}));
    EXPECT_EQ(report.latencyFront, (std::vector<std::size_t>{2, 1}));
    ReportInput other = test::threeMixes();
    other.points[0].latency->runGroup = 99;  // the newest run: the others' times are not its
    EXPECT_EQ(makeReport(other).latencyFront, std::vector<std::size_t>{0});
}

TEST(MakeReport, OtherImagesAreNotInTheTradeOff) {
    ReportInput input = test::threeMixes();
    const std::size_t own = input.points.size();
    ReportPoint best = input.points[2];  // beats all, on other images
    best.evaluation.correct = best.evaluation.total;
    best.evaluation.bitops = 1;
    best.evaluation.dataHash = "others";
    input.points.push_back(best);
    best.evaluation.dataHash = input.points[2].evaluation.dataHash;
    best.evaluation.split = "val";
    input.points.push_back(best);
    input.notes = {"1 evaluation is left out."};
    const Report report = makeReport(input);
    EXPECT_EQ(report.tradeOff.size(), own);
    EXPECT_EQ(report.bitopsFront, makeReport(test::threeMixes()).bitopsFront);
    EXPECT_EQ(report.latencyFront, makeReport(test::threeMixes()).latencyFront);
    const auto warned = [&](const std::string& part) {
        return std::ranges::any_of(report.warnings, [&](const std::string& w) { return holds(w, part); });
    };
    EXPECT_TRUE(warned("2 mixes that were evaluated on others"));
    EXPECT_TRUE(warned("left out"));
    EXPECT_EQ(report.input.points.size(), own + 2);  // the tables have them
}

TEST(MakeReport, ModelsOfOneNameAreToldApart) {
    ReportInput input = test::threeMixes();
    EXPECT_EQ(modelName(input, 0), input.subjects[0].modelName);
    input.subjects[1].modelHash = "9b1c0000ffff";
    EXPECT_EQ(modelName(input, 1), input.subjects[1].modelName + " 9b1c0000");
    EXPECT_NE(modelName(input, 0), modelName(input, 1));
}

TEST(MakeReport, ClaimsNothingThatIsNotKnown) {
    ReportInput input = test::threeMixes();
    input.subjects[1].evaluation->dataHash = "others";
    input.subjects[1].measurement->runGroup = 5;
    input.subjects[2].evaluation.reset();
    input.subjects[2].measurement->simulated = true;
    const Report report = makeReport(input);
    EXPECT_TRUE(report.comparisons[1].flips.empty());
    EXPECT_TRUE(holds(report.comparisons[1].verdict, "other images")) << report.comparisons[1].verdict;
    EXPECT_TRUE(holds(report.comparisons[1].verdict, "interleaved")) << report.comparisons[1].verdict;
    EXPECT_TRUE(holds(report.comparisons[2].verdict, "not both were evaluated"));
    EXPECT_TRUE(holds(report.summary, "No accuracies could be compared, and no mix is shown to be faster"))
        << report.summary;
    EXPECT_TRUE(std::ranges::any_of(report.warnings, [](const std::string& w) { return holds(w, "simulated"); }));
}

TEST(MakeReport, OfNothingIsRefused) { EXPECT_THROW(makeReport({}), Error); }

TEST(Naming, IsShort) {
    EXPECT_EQ(letterOf(0), "A");
    EXPECT_EQ(letterOf(25), "Z");
    EXPECT_EQ(letterOf(26), "AA");
    EXPECT_EQ(letterOf(27), "AB");
    EXPECT_EQ(shortMix({{3, 3, 3}}), "all 3");
    EXPECT_EQ(shortMix({{3, 4, 2}}), "342");
    EXPECT_EQ(shortMix({{3, 11}}), "3,11");
    EXPECT_EQ(grouped(1234567), "1\u202f234\u202f567");
    EXPECT_EQ(signedText(-0.314, 2), "−0.31");
    EXPECT_EQ(signedText(-0.001, 2), "0.00");
}

}  // namespace
}  // namespace bitdesk
