// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Against the Trace Event Format: required fields, and spans that nest.
#include "profiling/trace.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/execute/packed/packed_executor.h"
#include "core/network/catalogue.h"
#include "core/results/results_json.h"
#include "profiling/measure.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;

/// A real trace of two mixes.
Json trace(int threads, int batch) {
    const MetaModel model = randomModel(findNetwork("resnet14").build({8, 8, 1}, 4), {2, 3, 4}, 1);
    const auto executor = makePackedExecutor(model, {.threads = threads, .isa = packed::bestIsa(), .times = nullptr});
    const auto images = randomImages(model, batch, 1);
    std::vector<float> logits(static_cast<std::size_t>(batch) * 4);
    std::vector<TracedRun> runs;
    for (const int bits : {4, 2}) {
        const ExecutionPlan plan = lower(model, uniformBits(model.network, bits));
        TracedRun run{.bits = plan.bits, .begin = steadyNow(), .end = 0, .spans = {}, .steps = {}};
        executor->runTraced(plan, images, batch, logits, run.spans);
        run.end = steadyNow();
        for (const Step& step : plan.steps)
            run.steps.push_back({step.name, step.weightBits, executor->executedBits(step), executor->kernel(step), {}});
        runs.push_back(std::move(run));
    }
    return Json::parse(traceJson("bitdesk: <a name>\x01\xff", runs, conditionsFromJson(R"({"cpu":"known"})")));
}

void checkFields(const Json& event) {
    EXPECT_TRUE(event.at("pid").is_number_integer());
    EXPECT_TRUE(event.at("tid").is_number_integer());
    EXPECT_TRUE(event.at("name").is_string());
    EXPECT_TRUE(event.at("args").is_object());
    if (event.at("ph") == "M") return;
    ASSERT_EQ(event.at("ph"), "X");
    EXPECT_TRUE(event.at("cat").is_string());
    EXPECT_TRUE(event.at("ts").is_number());
    EXPECT_GE(event.at("dur").get<double>(), 0);
}

struct Span {
    double begin, end;  ///< microseconds
};
constexpr double kRounding = 1e-6;

Span spanOf(const Json& event) {
    const double begin = event.at("ts").get<double>();
    return {begin, begin + event.at("dur").get<double>()};
}

/// Time begins with the first run, the runs follow each other, and all that was done was done in one of them.
void checkRuns(const Json& trace) {
    std::vector<Span> runs;
    for (const Json& event : trace.at("traceEvents"))
        if (event.at("name") == "run") runs.push_back(spanOf(event));
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[0].begin, 0);
    EXPECT_LE(runs[0].end, runs[1].begin + kRounding);
    for (const Json& event : trace.at("traceEvents"))
        if (event.at("ph") == "X") {
            const Span span = spanOf(event);
            EXPECT_TRUE(std::ranges::any_of(runs, [&](const Span& run) {
                return span.begin >= run.begin - kRounding && span.end <= run.end + kRounding;
            })) << event.dump();
        }
}

/// On each track an event lies wholly inside the one that is open, or after it.
void checkNesting(const Json& trace) {
    std::map<int, std::vector<Span>> tracks;
    for (const Json& event : trace.at("traceEvents"))
        if (event.at("ph") == "X") tracks[event.at("tid").get<int>()].push_back(spanOf(event));
    for (auto& [track, spans] : tracks) {
        std::ranges::stable_sort(spans, {}, [](const Span& s) { return std::pair(s.begin, -s.end); });
        std::vector<Span> open;
        for (const Span& span : spans) {
            while (!open.empty() && open.back().end <= span.begin + kRounding) open.pop_back();
            if (!open.empty()) {
                EXPECT_LE(span.end, open.back().end + kRounding) << "track " << track;
            }
            open.push_back(span);
        }
    }
}

class Trace : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(Trace, HasTheFormatsFieldsAndNests) {
    const auto [threads, batch] = GetParam();
    const Json found = trace(threads, batch);
    EXPECT_EQ(found.at("displayTimeUnit"), "ns");
    EXPECT_EQ(found.at("otherData").at("cpu"), "known");
    int layers = 0;
    for (const Json& event : found.at("traceEvents")) {
        checkFields(event);
        const bool isLayer = event.at("name").get<std::string>().starts_with("stage3.block2.conv2");
        if (!isLayer || event.at("cat") == "step") continue;
        ++layers;
        EXPECT_TRUE(event.at("args").at("requested_bits") == 4 || event.at("args").at("requested_bits") == 2);
        EXPECT_FALSE(event.at("args").at("kernel").get<std::string>().empty());
    }
    EXPECT_GE(layers, 2) << "each run's layers are there";
    checkRuns(found);
    checkNesting(found);
}

INSTANTIATE_TEST_SUITE_P(ThreadsAndImages, Trace,
                         testing::Values(std::pair{1, 1}, std::pair{2, 1}, std::pair{2, 5}, std::pair{3, 2}));

}  // namespace
}  // namespace bitdesk
