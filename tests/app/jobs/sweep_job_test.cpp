// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/sweep_job.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "app/jobs/memory.h"
#include "app/jobs/sweep_workers.h"
#include "core/base/error.h"
#include "core/network/bit_configuration.h"
#include "tests/app/jobs/small_workplace.h"
#include "tests/core/base/expect_error.h"

namespace bitdesk::jobs {
namespace {

SweepRequest requestIn(const test::SmallWorkplace& place, const std::string& words = "random:60") {
    SweepRequest request;
    request.model = place.model;
    request.data = place.data;
    request.configurations =
        configurationsOf(std::vector<std::string>{"uniform", words}, place.model->network, place.model->bits, 3);
    request.options.limit = 200;
    request.effort = {.noise = 0, .maxSeconds = 5, .samples = 6, .seed = 1};
    return request;
}

TEST(SweepJob, GivesWhatEachEvaluationAloneGives) {
    test::SmallWorkplace place;
    const SweepRequest request = requestIn(place);
    auto context = place.context();
    const SweepResult result = runSweep(request, context);
    ASSERT_EQ(result.items.size(), 63U);
    EXPECT_EQ(result.evaluated, 63);
    EXPECT_EQ(result.images, 63 * 200);
    EXPECT_EQ(result.workers, 2);
    EXPECT_GT(result.trieBound, 1);
    for (const std::size_t i : {0U, 1U, 2U, 30U, 62U}) {
        const auto stored =
            place.store->post([id = result.items[i].evaluation](Store& store) { return store.evaluation(id); }).get();
        ASSERT_TRUE(stored);
        EXPECT_EQ(stored->bits, request.configurations[i]);
        EvaluateRequest alone{.model = place.model,
                              .data = place.data,
                              .bits = request.configurations[i],
                              .device = {.backend = "portable"},
                              .options = {},
                              .reuseStored = false};
        alone.options.limit = 200;
        JobContext apart{.store = nullptr, .arbiter = &place.arbiter, .progress = {}, .stop = {}};
        const Evaluation expected = evaluateMix(alone, apart).evaluation;
        EXPECT_EQ(stored->predictions, expected.predictions);
        EXPECT_EQ(stored->correct, expected.correct);
        EXPECT_EQ(stored->bitops, expected.bitops);
    }
}

TEST(SweepJob, RepeatsNothingAndMeasuresTheFrontOnce) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place);
    request.latency = LatencyOf::Front;
    auto context = place.context();
    const SweepResult first = runSweep(request, context);
    EXPECT_EQ(first.measured, static_cast<std::int64_t>(first.front.size()) +
                                  (std::ranges::count(first.front, 2U) == 0 ? 1 : 0));  // item 2 is the baseline
    EXPECT_EQ(first.baseline, place.uniform(4));
    request.resume = true;
    const SweepResult again = runSweep(request, context);
    EXPECT_EQ(again.job, first.job);
    EXPECT_EQ(again.evaluated, 0);
    EXPECT_EQ(again.fromStore, 63);
    EXPECT_EQ(again.measured, 0);
    EXPECT_EQ(again.measuredBefore, first.measured);
    request.resume = false;  // a new job: accuracies stand, latencies are taken anew
    const SweepResult anew = runSweep(request, context);
    EXPECT_NE(anew.job, first.job);
    EXPECT_EQ(anew.evaluated, 0);
    EXPECT_EQ(anew.measured, first.measured);
}

/// The same weights, images and mixes go on, whatever their files are called; others under the old names do not.
TEST(SweepJob, GoesOnByContent) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place, "random:5");
    request.latency = LatencyOf::Front;
    request.resume = true;
    auto context = place.context();
    const SweepResult first = runSweep(request, context);
    ASSERT_GT(first.measured, 0);

    MetaModel renamed = *place.model;
    renamed.name = "another-name";
    SweepRequest moved = request;
    moved.model = std::make_shared<const MetaModel>(renamed);
    std::filesystem::copy(place.folder / "data", place.folder / "elsewhere");
    moved.data = openDataSet((place.folder / "elsewhere").string(), Split::Test);
    ASSERT_NE(moved.data->name(), request.data->name());
    const SweepResult same = runSweep(moved, context);
    EXPECT_EQ(same.job, first.job);
    EXPECT_EQ(same.evaluated, 0);
    EXPECT_EQ(same.measured, 0);

    SweepRequest changed = request;
    MetaModel other = randomModel(place.model->network, place.model->bits, 9);
    other.name = place.model->name;
    changed.model = std::make_shared<const MetaModel>(other);
    const SweepResult anew = runSweep(changed, context);
    EXPECT_NE(anew.job, first.job);
    EXPECT_EQ(anew.evaluated, static_cast<std::int64_t>(changed.configurations.size()));
    EXPECT_NE(contentHash(changed), contentHash(request));

    SweepRequest fewer = request;
    fewer.configurations.pop_back();
    const SweepResult part = runSweep(fewer, context);
    EXPECT_NE(part.job, first.job);
    EXPECT_EQ(part.evaluated, 0) << "what is known stays known";
}

TEST(SweepJob, GoesOnAfterACancel) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place);
    std::stop_source stop;
    auto context = place.context(stop.get_token());
    context.progress = [&](const Progress& progress) {
        if (progress.fraction > 0.4) stop.request_stop();
    };
    EXPECT_THROW(runSweep(request, context), Cancelled);
    const std::size_t finished = place.rows().size();
    EXPECT_GT(finished, 0U);
    EXPECT_LT(finished, 63U);
    EXPECT_EQ(Store(place.databasePath()).jobs().at(0).state, JobState::Cancelled);
    request.resume = true;
    auto second = place.context();
    const SweepResult rest = runSweep(request, second);
    EXPECT_EQ(rest.fromStore, static_cast<std::int64_t>(finished));
    EXPECT_EQ(place.rows().size(), 63U);
    const auto jobs = Store(place.databasePath()).jobs();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].state, JobState::Done);
    EXPECT_EQ(jobs[0].evaluated, 63);
}

TEST(SweepJob, PartsOfRanksAreAllOfItOnce) {
    test::SmallWorkplace place;
    const SweepRequest request = requestIn(place);
    std::multiset<std::size_t> all;
    std::size_t smallest = request.configurations.size(), largest = 0;
    for (int i = 0; i < 5; ++i) {
        const auto part = partOf(request.configurations,
                                 {.index = i, .count = 5, .onThisMachine = 1, .allocatedCpus = 0, .launcher = "test"});
        all.insert(part.begin(), part.end());
        smallest = std::min(smallest, part.size());
        largest = std::max(largest, part.size());
    }
    EXPECT_EQ(all.size(), request.configurations.size());
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
    EXPECT_LE(largest - smallest, 1U);
}

TEST(SweepJob, AMergedStoreHoldsTheWholeJob) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place);
    request.latency = LatencyOf::Front;
    const auto path = [&](int i) { return place.folder / ("part" + std::to_string(i)); };
    for (int i = 0; i < 2; ++i) {
        StoreThread own(path(i));
        request.rank = {.index = i, .count = 2, .onThisMachine = 1, .allocatedCpus = 0, .launcher = "test"};
        JobContext context{.store = &own, .arbiter = &place.arbiter, .progress = {}, .stop = {}};
        EXPECT_EQ(runSweep(request, context).measured, 0) << "parts measure nothing";
    }
    for (int i = 0; i < 2; ++i)
        place.store
            ->post([source = path(i)](Store& store) {
                Store other(source);
                return store.merge(other);
            })
            .get();
    request.rank = {};
    request.resume = true;
    auto context = place.context();
    const SweepResult whole = runSweep(request, context);
    EXPECT_EQ(whole.evaluated, 0);
    EXPECT_EQ(whole.fromStore, 63);
    EXPECT_GT(whole.measured, 0);
    EXPECT_EQ(Store(place.databasePath()).jobs().size(), 1U);
}

/// By this text a sweep of an earlier version is found and resumed.
TEST(SweepJob, IsKnownByTheSameTextAsEver) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place, "random:1");
    request.options.limit = 4;
    const auto requestOfJob = [&](LatencyOf latency) {
        request.latency = latency;
        auto context = place.context();
        runSweep(request, context);
        const std::string text = Store(place.databasePath()).jobs().at(0).request;
        return text.substr(text.find(R"("device")"));
    };
    EXPECT_EQ(requestOfJob(LatencyOf::None), R"("device":"cpu","backend":"packed","latency":"none"})");
    EXPECT_EQ(requestOfJob(LatencyOf::Front),
              R"("device":"cpu","backend":"packed","latency":"front","latency_batch":1,"noise":0.0,)"
              R"("max_seconds":5.0,"samples":6,"seed":1,"margin":0.02})");
}

/// What the hand does comes first: all workers pause for it.
TEST(SweepJob, YieldsToTheHand) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place);
    request.options.limit = 0;
    std::atomic<bool> begun = false;
    auto context = place.context();
    context.progress = [&](const Progress&) { begun = true; };
    std::jthread sweeping([&] { runSweep(request, context); });
    while (!begun) std::this_thread::yield();
    std::size_t stored = 0;
    {
        const auto lease = place.arbiter.acquire(ComputePriority::Interactive);
        stored = place.rows().size();
    }
    sweeping.join();
    EXPECT_LT(stored, request.configurations.size()) << "the hand had the cores when all was done";
    EXPECT_EQ(place.rows().size(), request.configurations.size());
}

/// Workers share one lease: when the wait of the one that gave it up ends, so does the pause of the others.
TEST(SweepJob, ASweepThatIsPausedForTheHandCanBeCancelled) {
    test::SmallWorkplace place;
    SweepRequest request = requestIn(place);
    request.options.limit = 0;
    std::stop_source stop;
    auto context = place.context(stop.get_token());
    std::set<std::thread::id> workers;
    std::atomic<std::size_t> working = 0;
    context.progress = [&](const Progress&) {
        workers.insert(std::this_thread::get_id());
        working = workers.size();
    };
    auto sweeping = std::async(std::launch::async, [&] { runSweep(request, context); });
    while (working < 2) std::this_thread::yield();
    {
        const auto hand = place.arbiter.acquire(ComputePriority::Interactive);  // both pause now
        stop.request_stop();
        EXPECT_THROW(sweeping.get(), Cancelled);
    }
    EXPECT_LT(place.rows().size(), request.configurations.size());
    EXPECT_EQ(Store(place.databasePath()).jobs().at(0).state, JobState::Cancelled);
}

constexpr std::int64_t kMebibyte = 1 << 20;

TEST(SweepWorkers, AreAsManyAsFit) {
    const SweepMemory memory{.weights = 60 * kMebibyte,
                             .buffers = 4 * kMebibyte,
                             .perImage = 5 * kMebibyte,
                             .shared = 100 * kMebibyte,
                             .batch = 32};
    const auto budget = [](std::int64_t free) {
        return MemoryBudget{.free = free * kMebibyte, .limit = 700 * kMebibyte};
    };
    EXPECT_EQ(workersThatFit(memory, budget(324), 4), 1);
    EXPECT_EQ(workersThatFit(memory, budget(547), 4), 1);
    EXPECT_EQ(workersThatFit(memory, budget(548), 4), 2);
    EXPECT_EQ(workersThatFit(memory, budget(5000), 4), 4);
    EXPECT_EQ(workersThatFit(memory, {}, 4), 4) << "nothing is known";
    EXPECT_EQ(workersThatFit(memory, {.free = kMebibyte, .limit = {}}, 4), 1) << "a machine may have swap";
    test::expectError(ErrorKind::Resource, {"700 MiB", "up to 324 MiB", "free are 323 MiB", "--batch 16."},
                      [&] { workersThatFit(memory, budget(323), 4); });
    test::expectError(ErrorKind::Resource, {"--batch 2."}, [&] { workersThatFit(memory, budget(175), 4); });
    test::expectError(ErrorKind::Resource, {"Raise the limit by 69 MiB"},
                      [&] { workersThatFit(memory, budget(100), 4); });
    EXPECT_EQ(fewerWorkersNote(memory, budget(548), 2, 4),
              "2 workers instead of 4: a memory limit of 700 MiB, and each takes up to 224 MiB");
}

/// What a mini-batch holds at most, against what the checkpoints of a real sweep add up to.
TEST(SweepWorkers, KnowWhatTheirCheckpointsTake) {
    test::SmallWorkplace place;
    const auto perImage = [&](const std::string& words) {
        const SweepRequest request = requestIn(place, words);
        return sweepMemory(*place.model, request.configurations, *place.data, 8).perImage -
               3 * place.data->imageBytes();
    };
    const ExecutionPlan plan = lower(*place.model, place.uniform(4));
    std::int64_t all = 0;
    for (const Step& step : plan.steps) all += 4 * step.outputShape.elements();
    EXPECT_GT(perImage("random:200"), perImage("4"));
    EXPECT_LT(perImage("random:200"), all);
    EXPECT_EQ(sweepMemory(*place.model, requestIn(place).configurations, *place.data, 5000).batch, place.kImages);
}

TEST(SweepWorkers, TheFirstFailureEndsAll) {
    test::SmallWorkplace place;
    const SweepRequest request = requestIn(place);
    auto context = place.context();
    int calls = 0;
    const auto fails = [&](const Executor&, const std::vector<std::size_t>&, std::vector<EvaluationOutcome>) {
        ++calls;
        throw Error(ErrorKind::Resource, "disk", "full");
    };
    EXPECT_THROW(evaluateInParallel(request, request.configurations, context, fails), Error);
    EXPECT_LE(calls, 2);
}

}  // namespace
}  // namespace bitdesk::jobs
