// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/formats.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/chart_frame.h"
#include "tests/core/report/report_fixture.h"

/// Fontconfig keeps its caches until the program ends, which is no leak of ours.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }

namespace bitdesk {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Every tag closed in order; the void ones are written with a slash.
std::string unbalanced(const std::string& html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
        const std::size_t end = html.find('>', at);
        if (end == std::string::npos) return "an open tag at the end";
        const std::string tag = html.substr(at + 1, end - at - 1);
        if (tag.starts_with("!") || tag.ends_with("/")) continue;
        const std::string name = tag.substr(0, tag.find_first_of(" \n"));
        if (!name.starts_with("/")) open.push_back(name);
        else if (open.empty() || open.back() != name.substr(1)) return name;
        else open.pop_back();
    }
    return open.empty() ? "" : open.back();
}

TEST(Html, IsWholeAndSaysTheVerdictFirst) {
    const std::string html = toHtml(makeReport(test::threeMixes()));
    EXPECT_EQ(unbalanced(html), "");
    EXPECT_LT(html.find("is the cheapest"), html.find("<h2>Mixes"));
    for (const char* part : {"prefers-color-scheme:dark", "@media print", "<svg role", "all 4 (baseline)",
                             "bitdesk report --out x.html", "default-src 'none'", "it reads too much", "a CPU", "zero"})
        EXPECT_TRUE(holds(html, part)) << part;
}

/// Nothing of a text becomes markup, and nothing asks the network.
TEST(Html, TextStaysText) {
    const std::string html = toHtml(makeReport(test::hostileMixes()));
    EXPECT_EQ(unbalanced(html), "");
    EXPECT_TRUE(holds(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    std::string tags;
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1))
        tags += html.substr(at, html.find('>', at) - at) + "\n";
    for (const char* never : {"<script", "<img", " src=", " href=", " onerror", "<b>", "url(", "@import"})
        EXPECT_FALSE(holds(tags, never)) << never;
    EXPECT_FALSE(holds(html, "\x1b"));
    EXPECT_FALSE(holds(html, "\u202e"));
    EXPECT_TRUE(holds(html, "\ufffd")) << "what is no UTF-8 is replaced";
}

TEST(Html, OfManyPointsStaysSmall) {
    ReportInput input = test::threeMixes();
    for (int i = 0; i < 5000; ++i) {
        input.points.push_back(input.points[static_cast<std::size_t>(i % 3)]);
        input.points.back().evaluation.bits = {{2 + i % 3, 3 + i % 2}};
        input.points.back().evaluation.bitops += 1000 * i;
    }
    EXPECT_LT(toHtml(makeReport(input)).size(), 3'000'000U);
}

TEST(Markdown, FitsACommentAndStaysText) {
    const std::string plain = toMarkdown(makeReport(test::threeMixes()));
    EXPECT_TRUE(holds(plain, "| A | all 4 (baseline) | model |") ||
                holds(plain, "| A | all 4 \\(baseline\\) | model |"))
        << plain;
    const std::string markdown = toMarkdown(makeReport(test::hostileMixes()));
    const std::string prose = markdown.substr(0, markdown.find("````sh"));  // in a block of code nothing is markup
    EXPECT_FALSE(holds(prose, "<script"));
    EXPECT_FALSE(holds(prose, "<img"));
    EXPECT_FALSE(holds(prose, "@everyone"));
    EXPECT_FALSE(holds(prose, "#123"));
    EXPECT_FALSE(holds(prose, "](javascript"));
    EXPECT_FALSE(holds(prose, "http://example"));
    EXPECT_TRUE(holds(markdown, "````sh\n")) << "the command's own fence does not end the block";
    ReportInput many = test::threeMixes();
    for (int i = 0; i < 3000; ++i) {
        many.limits.push_back({"B", std::string(500, '|'), true, std::string(5000, '_')});
        many.subjects[1].measurement->warnings.push_back("warning " + std::to_string(i) + std::string(300, '*'));
    }
    EXPECT_LE(toMarkdown(makeReport(many)).size(), 60'000U);
}

/// RFC 4180, strictly.
std::vector<std::vector<std::string>> parseCsv(const std::string& text) {
    std::vector<std::vector<std::string>> rows{{""}};
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') rows.back().back() += text[++i];
        else if (c == '"') quoted = !quoted;
        else if (quoted) rows.back().back() += c;
        else if (c == ',') rows.back().emplace_back();
        else if (c == '\n') rows.push_back({""});
        else if (c != '\r') rows.back().back() += c;
    }
    rows.pop_back();
    return rows;
}

TEST(Csv, HasARowForEachAndNoFormula) {
    for (const ReportInput& input : {test::threeMixes(), test::hostileMixes()}) {
        const auto rows = parseCsv(toCsv(makeReport(input)));
        ASSERT_EQ(rows.size(), 7U);
        for (const auto& row : rows) {
            EXPECT_EQ(row.size(), rows[0].size());
            for (const std::string& cell : row) {
                const bool number = !cell.empty() && cell.find_first_not_of("0123456789.e+-") == std::string::npos;
                EXPECT_TRUE(cell.empty() || number || std::string("=+-@\t\r").find(cell[0]) == std::string::npos)
                    << cell;
            }
        }
    }
    const auto rows = parseCsv(toCsv(makeReport(test::threeMixes())));
    const auto column = [&](const char* name) {
        return static_cast<std::size_t>(std::ranges::find(rows[0], name) - rows[0].begin());
    };
    EXPECT_EQ(rows[1][column("letter")], "A");
    EXPECT_EQ(rows[2][column("bits")], "[4,2]");
    EXPECT_EQ(rows[2][column("correct")], "190");
    EXPECT_EQ(rows[3][column("delta")], "-0.150000");
    EXPECT_EQ(rows[2][column("latency_verdict")], "faster");
    EXPECT_EQ(rows[4][column("what")], "point");
    EXPECT_EQ(rows[4][column("run_group")], "77");
}

TEST(Pdf, IsOneWithoutADisplay) {
    for (const ReportInput& input : {test::threeMixes(), test::hostileMixes()}) {
        const std::string pdf = toPdf(makeReport(input)).bytes;
        EXPECT_TRUE(pdf.starts_with("%PDF-"));
        EXPECT_TRUE(holds(pdf, "%%EOF"));
        EXPECT_GT(pdf.size(), 10'000U);
    }
    EXPECT_EQ(toPdf(makeReport(test::threeMixes())).bytes, toPdf(makeReport(test::threeMixes())).bytes)
        << "the same report, the same bytes";
}

TEST(Json, OpensAgainAsTheSameReport) {
    for (const ReportInput& input : {test::threeMixes(), test::hostileMixes()}) {
        const std::string first = toJson(makeReport(input));
        const Report again = makeReport(readReportJson(first, "report.json"));
        EXPECT_EQ(toJson(again), first);
    }
    const ReportInput read = readReportJson(toJson(makeReport(test::threeMixes())), "report.json");
    EXPECT_EQ(read.subjects[1].evaluation->predictions, test::threeMixes().subjects[1].evaluation->predictions);
    EXPECT_EQ(read.subjects[1].evaluation->key(), test::threeMixes().subjects[1].evaluation->key());
    EXPECT_EQ(read.subjects[2].measurement->samplesMs, test::threeMixes().subjects[2].measurement->samplesMs);
    EXPECT_EQ(read.modelFile, "/m.safetensors");
}

void expectRefused(const std::string& text, const std::string& says) {
    try {
        readReportJson(text, "report.json");
        ADD_FAILURE() << "accepted; wanted: " << says;
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::BadInput);
        EXPECT_TRUE(holds(error.what(), "report.json")) << error.what();
        EXPECT_TRUE(holds(error.what(), says)) << error.what();
    }
}

TEST(Json, RefusesWhatDoesNotFitAndSaysWhere) {
    using Json = nlohmann::json;
    const Json good = Json::parse(toJson(makeReport(test::threeMixes())));
    const auto changed = [&](const char* place, const Json& value) {
        Json json = good;
        json[Json::json_pointer(place)] = value;
        return json.dump();
    };
    expectRefused("{}", "lacks \"bitdesk_report\"");
    expectRefused("[]", "is no object");
    expectRefused(changed("/bitdesk_report", 2), "bitdesk_report");
    expectRefused(changed("/extra", 1), "extra is not known");
    expectRefused(changed("/subjects", Json::array()), "subjects is no list");
    expectRefused(changed("/subjects/1/evaluation/correct", 191), "subjects[1].evaluation.correct_mask");
    expectRefused(changed("/subjects/1/evaluation/total", 1'000'000), "subjects[1].evaluation.predictions");
    expectRefused(changed("/subjects/1/evaluation/total", 0), "subjects[1].evaluation.correct");
    expectRefused(changed("/subjects/1/evaluation/predictions", "!!!!"), "predictions");
    expectRefused(changed("/subjects/1/evaluation/id", -4), "subjects[1].evaluation.id");
    expectRefused(changed("/subjects/2/measurement/samples_ms/3", -1), "subjects[2].measurement.samples_ms");
    expectRefused(changed("/subjects/2/measurement/samples_ms", Json::array()), "samples_ms");
    expectRefused(changed("/subjects/0/bits/0", 99), "subjects[0].bits");
    expectRefused(changed("/points/1/correct", 201), "points[1].correct");
    expectRefused(changed("/points/1/median_ci95_ms", Json{2, 1}), "points[1].median_ci95_ms");
    expectRefused(changed("/margins/latency", 7), "margins.latency");
}

TEST(Json, CutOrScrambledTextIsRefusedOrRead) {
    const std::string good = toJson(makeReport(test::threeMixes()));
    Random random(11);
    int read = 0;
    for (int round = 0; round < 400; ++round) {
        std::string text = good;
        if (round % 2 == 0) text.resize(random.below(text.size()));
        for (std::uint64_t i = 0; i < 1 + random.below(4); ++i)
            if (!text.empty()) text[random.below(text.size())] = static_cast<char>(random.below(256));
        try {
            const Report report = makeReport(readReportJson(text, "report.json"));
            toHtml(report);
            ++read;
        } catch (const Error&) {
            continue;
        }
    }
    EXPECT_LT(read, 400);
}

TEST(Catalogue, KnowsFormatsByTheirEnding) {
    EXPECT_STREQ(reportFormatOf("/a.b/report.HTML").ending, "html");
    for (const char* wrong : {"report", "report.", "/a.html/report", "report.htm", "report.exe"})
        EXPECT_THROW(reportFormatOf(wrong), Error) << wrong;
    EXPECT_EQ(reportFormats().size(), 5U);
}

TEST(Axis, HasRoundTicksThatHoldTheValues) {
    for (const auto& [low, high] : {std::pair{91.8, 93.6}, {0.0, 0.0}, {5.0, 5.0}, {1e-5, 3e-5}, {-2.0, 1e6}}) {
        const Axis axis = Axis::around(low, high, 0, 100, 6);
        EXPECT_LE(axis.low, low);
        EXPECT_GE(axis.high, high);
        const auto ticks = axis.ticks();
        EXPECT_GE(ticks.size(), 2U);
        EXPECT_LE(ticks.size(), 12U);
    }
    EXPECT_EQ(Axis::around(91.8, 93.6, 0, 1, 6).label(92.5), "92.5");
}

}  // namespace
}  // namespace bitdesk
