// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Whether measurements can be trusted, on this machine as it is: verdicts on a known delay beside a busy process, and
// the error of predicted latencies. Figures: docs/benchmarks.md.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>

#include "core/execute/packed/packed_executor.h"
#include "core/model/model_file.h"
#include "profiling/conditions.h"
#include "profiling/layer_profile.h"
#include "profiling/measure.h"

namespace bitdesk {
namespace {

constexpr const char* kSample = BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors";

std::unique_ptr<Executor> makeExecutor(const MetaModel& model, int threads) {
    PackedOptions options;
    options.threads = threads;
    options.times = std::make_shared<packed::KernelTimes>(packed::KernelTimes::defaultFile());
    return makePackedExecutor(model, options);
}

void spin(double milliseconds) {
    for (const std::int64_t end = steadyNow() + std::llround(milliseconds * 1e6); steadyNow() < end;) {
    }
}

/// Other processes that never rest, while this lives.
class BusyProcesses {
public:
    explicit BusyProcesses(int count) {
        for (int i = 0; i < count; ++i) {
            const pid_t child = fork();
            if (child == 0) spin(1e9);
            m_children.push_back(child);
        }
    }
    ~BusyProcesses() {
        for (const pid_t child : m_children) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
    }
    BusyProcesses(const BusyProcesses&) = delete;
    BusyProcesses& operator=(const BusyProcesses&) = delete;

private:
    std::vector<pid_t> m_children;
};

/// How often each verdict fell in so many trials of a network against itself, slowed by a share of its time.
void verdicts(const MetaModel& model, int threads, double slowdown, int busy, int trials) {
    const BusyProcesses others(busy);
    const auto executor = makeExecutor(model, threads);
    const ExecutionPlan plan = lower(model, uniformBits(model.network, model.topBits()));
    const auto images = randomImages(model, 1, 1);
    std::vector<float> logits(static_cast<std::size_t>(model.network.classes()));
    const std::function<void()> run = [&] { executor->run(plan, images, 1, logits); };
    SteadyStopwatch stopwatch;
    MeasureOptions options;
    options.leadIns = 1;
    options.warmupSeconds = 0.1;
    options.stop.maxSeconds = 10;
    const double median =
        quantile(measureInterleaved(std::array{run}, options, stopwatch).samples[0].milliseconds, 0.5);
    const std::array<std::function<void()>, 2> pair{run, [&] {
                                                        run();
                                                        if (slowdown > 0) spin(slowdown * median);
                                                    }};
    const ConditionsWatch watch(threads);
    std::map<std::string, int> counts;
    std::vector<double> ratios, floors, samples;
    for (int trial = 1; trial <= trials; ++trial) {
        options.seed = static_cast<std::uint64_t>(trial);
        const Compared found = measureAndCompare(pair, options, LatencyLimits().margin, stopwatch);
        ++counts[toText(found.againstFirst[1].verdict)];
        ratios.push_back(found.againstFirst[1].ratio);
        floors.push_back(found.noiseFloor.value_or(0));
        samples.push_back(static_cast<double>(found.samples[0].milliseconds.size()));
    }
    fmt::print("{} ({:.4f} ms), {} thread(s), {} busy process(es), {} by {:.0f} %: ", model.name, median, threads, busy,
               slowdown > 0 ? "slowed" : "not slowed,", 100 * slowdown);
    for (const auto& [verdict, count] : counts) fmt::print("{} {}, ", verdict, count);
    fmt::print("of {}; ratio {:.3f} [{:.3f}, {:.3f}], noise floor {:.2f} %, runs of each {:.0f} [{:.0f}, {:.0f}]\n",
               trials, quantile(ratios, 0.5), quantile(ratios, 0), quantile(ratios, 1), 100 * quantile(floors, 0.5),
               quantile(samples, 0.5), quantile(samples, 0), quantile(samples, 1));
    fmt::print("  {}\n", summary(watch.finish()));
}

/// Error of predicted whole runs on random mixes that the table has not seen.
void predictions(const MetaModel& model, int threads, double seconds) {
    const auto executor = makeExecutor(model, threads);
    LayerProfileOptions options;
    options.maxSeconds = seconds;
    const ConditionsWatch watch(threads);
    const LayerTable table = measureLayers(model, *executor, 1, options);
    double worst = 0, bias = 0, fastest = 1e9, slowest = 0;
    for (const LayerTableCheck& check : table.checks) {
        worst = std::max(worst, std::abs(check.error()));
        bias += check.error() / static_cast<double>(table.checks.size());
        fastest = std::min(fastest, check.measuredMs);
        slowest = std::max(slowest, check.measuredMs);
    }
    fmt::print(
        "{}, {} thread(s): median error {:.2f} %, 90 % within {:.2f} %, worst {:.2f} %, mean {:+.2f} % over {} mixes "
        "of {:.4f} to "
        "{:.4f} ms; table of {} mixes × {} rounds in {:.1f} s\n",
        model.name, threads, 100 * table.medianError().value_or(0), 100 * table.error90().value_or(0), 100 * worst,
        100 * bias, table.checks.size(), fastest, slowest, table.mixes, table.rounds, watch.finish().seconds);
    fmt::print("  {}\n", summary(watch.finish()));
}

}  // namespace
}  // namespace bitdesk

/// Arguments: verdicts [trials], or predictions.
int main(int argc, char** argv) {
    using namespace bitdesk;
    const std::string what = argc > 1 ? argv[1] : "";
    const MetaModel sample = openModel(kSample, 1);
    if (what == "verdicts") {
        const int trials = argc > 2 ? std::atoi(argv[2]) : 100;
        for (const int busy : {0, 1, 2})
            for (const double slowdown : {0.05, 0.0}) verdicts(sample, 1, slowdown, busy, trials);
        return 0;
    }
    if (what == "predictions") {
        const MetaModel resnet18 = openModel("random:resnet18", 1);
        for (const int threads : {1, 2}) {
            predictions(sample, threads, 10);
            predictions(resnet18, threads, 30);
        }
        return 0;
    }
    fmt::print(stderr, "usage: {} verdicts [trials] | predictions\n", argv[0]);
    return 2;
}
