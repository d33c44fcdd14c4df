// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What a hand on a fader waits for, below the window: the live session on the sample model and Fashion-MNIST's test
// set.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "app/jobs/live_session.h"
#include "benchmarks/percentiles.h"
#include "core/base/random.h"
#include "core/model/model_file.h"

namespace bitdesk {
namespace {

using Seconds = std::chrono::duration<double>;

std::shared_ptr<const MetaModel> sampleModel() {
    static const auto kModel =
        std::make_shared<const MetaModel>(readModel(BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors"));
    return kModel;
}

std::shared_ptr<const DataSet> testSet() {
    static const auto kData = openDataSet("fashion-mnist", Split::Test);
    return kData;
}

/// A live session that can be waited for.
class Desk {
public:
    Desk()
        : m_session({.model = sampleModel(),
                     .data = testSet(),
                     .device = {},
                     .options = jobs::liveOptions(),
                     .store = nullptr,
                     .arbiter = &m_arbiter,
                     .measureLatency = false},
                    [this](const jobs::LiveEvent& event) {
                        const auto* update = std::get_if<jobs::LiveUpdate>(&event);
                        if (update == nullptr) return;
                        const std::scoped_lock lock(m_mutex);
                        m_last = *update;
                        m_changed.notify_all();
                    }) {}

    /// Submits a mix and waits for its first estimate, or for its end.
    void follow(const BitConfiguration& bits, bool toTheEnd) {
        const std::uint64_t generation = m_session.submit(bits);
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_last.generation == generation && (!toTheEnd || m_last.finished); });
    }

private:
    ComputeArbiter m_arbiter;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    jobs::LiveUpdate m_last;
    jobs::LiveSession m_session;
};

/// One fader moves while the evaluation of the mix before is running: from submit() to the new mix's first estimate.
void moveToFirstEstimate(benchmark::State& state) {
    Desk desk;
    BitConfiguration mix = uniformBits(sampleModel()->network, 4);
    desk.follow(mix, false);
    Random random(1);
    std::vector<double> milliseconds;
    for (auto _ : state) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random.below(60)));  // any moment of a mini-batch
        int& bits = mix.bits[random.below(mix.size())];
        bits = 2 + (bits - 1) % 3;
        const auto begin = std::chrono::steady_clock::now();
        desk.follow(mix, false);
        const Seconds took = std::chrono::steady_clock::now() - begin;
        state.SetIterationTime(took.count());
        milliseconds.push_back(1000 * took.count());
    }
    reportPercentiles(state, milliseconds);
}
BENCHMARK(moveToFirstEstimate)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(200);

/// All 10 000 test images at one width.
void fullTestSet(benchmark::State& state) {
    Desk desk;
    const BitConfiguration mix = uniformBits(sampleModel()->network, static_cast<int>(state.range(0)));
    desk.follow(mix, false);
    for (auto _ : state) desk.follow(mix, true);
    state.SetItemsProcessed(state.iterations() * testSet()->size());
}
BENCHMARK(fullTestSet)->Arg(4)->Arg(3)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(5);

/// The same without streaming, by images a mini-batch: what the batch of the live session costs.
void evaluateByBatch(benchmark::State& state) {
    ComputeArbiter arbiter;
    const auto executor = jobs::makeExecutor(*sampleModel(), {}, arbiter.threads());
    const ExecutionPlan plan = lower(*sampleModel(), uniformBits(sampleModel()->network, 4));
    EvaluationOptions options;
    options.batch = static_cast<int>(state.range(0));
    options.limit = 4096;
    for (auto _ : state) evaluate(*executor, plan, *testSet(), options);
    state.SetItemsProcessed(state.iterations() * options.limit);
}
BENCHMARK(evaluateByBatch)
    ->RangeMultiplier(4)
    ->Range(1, 1024)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);

}  // namespace
}  // namespace bitdesk
