// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/limits.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace bitdesk {
namespace {

TEST(Limits, AreReadWithTheirUnits) {
    EXPECT_DOUBLE_EQ(parseLimit("drop>0.5pp").value, 0.005);
    EXPECT_DOUBLE_EQ(parseLimit("slowdown>1.05").value, 1.05);
    EXPECT_DOUBLE_EQ(parseLimit("slowdown>5%").value, 1.05);
    EXPECT_DOUBLE_EQ(parseLimit("accuracy<91%").value, 0.91);
    EXPECT_FALSE(parseLimit("accuracy<0.91").above);
    EXPECT_DOUBLE_EQ(parseLimit("latency>200us").value, 0.2);
    EXPECT_DOUBLE_EQ(parseLimit("latency>0.2ms").value, 0.2);
    EXPECT_DOUBLE_EQ(parseLimit("bitops>40M").value, 40e6);
    EXPECT_DOUBLE_EQ(parseLimit("bytes>100K").value, 102400);
    for (const char* wrong : {"", "drop", "drop>", "drop>1", "drop<0.5pp", "drop>-1pp", "drop>nanpp", "slowdown>0.9",
                              "accuracy>91%", "accuracy<191%", "latency>5", "latency>5min", "speed>3", "bitops>4T"})
        EXPECT_THROW(parseLimit(wrong), Error) << wrong;
}

TEST(Limits, ADecimalCommaIsToldWithWhatToWrite) {
    for (const auto& [wrong, right] : std::vector<std::pair<std::string, std::string>>{
             {"drop>0,5pp", "drop>0.5pp"}, {"accuracy<91,5%", "accuracy<91.5%"}, {"bitops>1,5G", "bitops>1.5G"}})
        try {
            parseLimit(wrong);
            FAIL() << wrong;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Usage);
            EXPECT_NE(error.reason().find("'" + wrong + "' has a decimal comma"), std::string::npos) << error.what();
            EXPECT_EQ(error.hint(), "Write " + right);
        }
}

ReportSubject subject(std::vector<std::uint8_t> mask, std::vector<double> samples, std::int64_t id) {
    ReportSubject s{.label = id == 1 ? "base" : "other",
                    .modelName = "m",
                    .modelHash = "m",
                    .bits = {{2}},
                    .evaluation = Evaluation(),
                    .measurement = Measurement()};
    s.evaluation->id = id;
    s.evaluation->total = static_cast<std::int64_t>(mask.size());
    for (const std::uint8_t right : mask) s.evaluation->correct += right;
    s.evaluation->predictions.assign(mask.size(), 0);
    s.evaluation->correctMask = std::move(mask);
    s.evaluation->bitops = 1000 * id;
    s.measurement->id = id;
    s.measurement->samplesMs = std::move(samples);
    s.measurement->summarize();
    s.measurement->runGroup = 5;
    return s;
}

/// 100 images, of which A has 90 right and B 88; B takes 1.2 times as long in each of 40 rounds.
ReportInput twoSubjects() {
    std::vector<std::uint8_t> a(100, 1), b(100, 1);
    for (std::size_t i = 0; i < 10; ++i) a[i] = 0;
    for (std::size_t i = 0; i < 12; ++i) b[i] = 0;
    ReportInput input;
    input.subjects = {subject(a, std::vector<double>(40, 1.0), 1), subject(b, std::vector<double>(40, 1.2), 2)};
    return input;
}

std::vector<ReportLimit> held(const ReportInput& input, const std::string& text) {
    return holdLimits(input, std::vector{parseLimit(text)});
}

TEST(Limits, HoldAgainstTheBaseline) {
    const ReportInput input = twoSubjects();
    ASSERT_EQ(held(input, "drop>1pp").size(), 1U) << "the baseline is held against nothing";
    EXPECT_TRUE(held(input, "drop>1pp")[0].broken);
    EXPECT_FALSE(held(input, "drop>2.5pp")[0].broken);
    EXPECT_NE(held(input, "drop>2.5pp")[0].reason.find("drop of 2.00 pp is not above 2.50 pp"), std::string::npos)
        << held(input, "drop>2.5pp")[0].reason;
    EXPECT_NE(held(input, "drop>2.5pp")[0].reason.find("not settled"), std::string::npos);
    EXPECT_TRUE(held(input, "slowdown>1.1")[0].broken);
    EXPECT_FALSE(held(input, "slowdown>25%")[0].broken);
    EXPECT_EQ(held(input, "slowdown>25%")[0].subject, "B (other)");
    EXPECT_TRUE(held(input, "accuracy<89%")[0].broken);
    EXPECT_FALSE(held(input, "accuracy<88%")[0].broken);
    EXPECT_TRUE(held(input, "latency>1.1ms")[0].broken);
    EXPECT_FALSE(held(input, "latency>1.2ms")[0].broken);
    EXPECT_TRUE(held(input, "bitops>1K")[0].broken);
    EXPECT_FALSE(held(input, "bitops>2K")[0].broken);
}

TEST(Limits, WhatCannotBeCheckedIsBroken) {
    ReportInput input = twoSubjects();
    input.subjects[1].measurement->runGroup = 6;
    EXPECT_TRUE(held(input, "slowdown>25%")[0].broken);
    EXPECT_NE(held(input, "slowdown>25%")[0].reason.find("interleaved"), std::string::npos);
    input.subjects[1].measurement->simulated = true;
    EXPECT_TRUE(held(input, "latency>9ms")[0].broken);
    input.subjects[1].evaluation.reset();
    EXPECT_TRUE(held(input, "drop>5pp")[0].broken);
    EXPECT_TRUE(held(input, "accuracy<1%")[0].broken);
}

TEST(Limits, ASingleSubjectIsHeldAgainstItsOwnFigures) {
    ReportInput input = twoSubjects();
    input.subjects.resize(1);
    EXPECT_TRUE(held(input, "accuracy<91%")[0].broken);
    EXPECT_FALSE(held(input, "accuracy<90%")[0].broken);
}

}  // namespace
}  // namespace bitdesk
