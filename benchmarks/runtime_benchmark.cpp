// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the packed runtime is for, on the sample model and Fashion-MNIST's test set: a layer's switch, an evaluation
// after each fader's move, and sweeps against their bound. Plain text; every figure's conditions beside it.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

#include "core/base/compute_arbiter.h"
#include "core/base/random.h"
#include "core/evaluate/sweep.h"
#include "core/execute/packed/bound_plan.h"
#include "core/execute/packed/packed_executor.h"
#include "core/model/model_file.h"

namespace bitdesk {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

struct Bench {
    explicit Bench(const std::string& spec) : model(openModel(spec, 1)) {
        PackedOptions options;
        options.threads = ComputeArbiter().threads();
        options.times = std::make_shared<packed::KernelTimes>(packed::KernelTimes::defaultFile());
        executor = makePackedExecutor(model, options);
        executor->prepareAll({});
        threads = options.threads;
    }
    MetaModel model;
    std::unique_ptr<Executor> executor;
    int threads = 1;
};

/// From one mix to another that differs in one layer: everything that comes before the next inference.
void switchCost(const std::string& spec) {
    Bench bench(spec);
    packed::PackedLayers layers(bench.model, packed::bestIsa(),
                                std::make_shared<packed::KernelTimes>(packed::KernelTimes::defaultFile()));
    layers.packAll();
    packed::FoldCache folds;
    std::vector<packed::BoundStep> bound;
    Random random(1);
    ExecutionPlan plan = lower(bench.model, uniformBits(bench.model.network, 4));
    std::vector<double> whole, changed;
    for (int i = 0; i < 2000; ++i) {
        const auto layer = static_cast<int>(random.below(plan.bits.size()));
        const int bits = 2 + static_cast<int>(random.below(3));
        const double a = now();
        changeBits(plan, bench.model, layer, bits);
        packed::bindPlan(plan, layers, folds, bound);
        const double b = now();
        const ExecutionPlan fresh = lower(bench.model, plan.bits);
        const double c = now();
        changed.push_back(1e6 * (b - a));
        whole.push_back(1e6 * (c - b));
    }
    fmt::print("switch {}: one layer's bits changed and bound: median {:.1f} µs, p95 {:.1f}; lowering anew {:.1f}\n",
               spec, median(changed), percentile(changed, 0.95), median(whole));
}

/// One evaluation of all images after a move of each fader, the second of that fader, with and without reuse.
void moves(const std::string& spec) {
    Bench bench(spec);
    const auto data = openDataSet("fashion-mnist", Split::Test);
    EvaluationOptions options;
    options.firstBatch = 16;
    fmt::print("\nmoves: {} images, {} threads; seconds of a whole evaluation after the second move of a fader\n",
               data->size(), bench.threads);
    const auto evaluateMix = [&](const BitConfiguration& mix, PrefixCache* cache) {
        const double begin = now();
        evaluate(*bench.executor, lower(bench.model, mix), *data, options, {}, {}, cache);
        return now() - begin;
    };
    std::size_t most = 0;
    for (std::size_t fader = 0; fader < bench.model.network.quantizable().size(); ++fader) {
        std::vector<double> first, with, without;
        for (int round = 0; round < 5; ++round) {
            PrefixCache cache;
            BitConfiguration mix = uniformBits(bench.model.network, 4);
            evaluateMix(mix, &cache);
            mix.bits[fader] = 3;
            first.push_back(evaluateMix(mix, &cache));
            mix.bits[fader] = 2;
            with.push_back(evaluateMix(mix, &cache));
            without.push_back(evaluateMix(mix, nullptr));
            most = std::max(most, cache.bytes());
        }
        fmt::print("  {:<26} first move {:.3f}, second {:.3f}, without reuse {:.3f}: {:.1f}×\n",
                   bench.model.network.quantizableLayer(static_cast<int>(fader)).name, median(first), median(with),
                   median(without), median(without) / median(with));
    }
    fmt::print("  kept: {:.0f} MiB of {:.0f}\n", static_cast<double>(most) / (1 << 20),
               static_cast<double>(prefixBudget()) / (1 << 20));
}

/// Milliseconds of each step at each width, in a batch as the sweep runs it.
class StepTimes {
public:
    StepTimes(Bench& bench, int batch) {
        std::vector<std::uint8_t> images(static_cast<std::size_t>(batch * bench.model.network.inputShape().elements()),
                                         100);
        std::vector<float> logits(static_cast<std::size_t>(batch * bench.model.network.classes()));
        for (const int bits : bench.model.bits) {
            const ExecutionPlan plan = lower(bench.model, uniformBits(bench.model.network, bits));
            std::vector<std::vector<double>> samples(plan.steps.size());
            for (int run = 0; run < 40; ++run) {
                std::vector<StepSpan> spans;
                bench.executor->runTraced(plan, images, batch, logits, spans);
                const auto times = stepMilliseconds(spans, samples.size());
                for (std::size_t s = 0; s < samples.size(); ++s) samples[s].push_back(times[s]);
            }
            for (std::size_t s = 0; s < samples.size(); ++s) m_times[{s, widthOf(plan.steps[s])}] = median(samples[s]);
        }
    }
    double operator()(const ExecutionPlan& plan, std::size_t s) const {
        return m_times.at({s, widthOf(plan.steps[s])});
    }

private:
    /// 0 for steps that are the same in every mix.
    static int widthOf(const Step& step) { return step.weightBits == 8 ? 0 : step.weightBits; }

    std::map<std::pair<std::size_t, int>, double> m_times;
};

void sweepAgainstBound(Bench& bench, const char* name, const std::vector<BitConfiguration>& configurations,
                       std::int64_t images) {
    const auto data = openDataSet("fashion-mnist", Split::Test);
    SweepOptions options;
    options.evaluation.limit = images;
    const StepTimes times(bench, options.evaluation.batch);
    const SweepBound bound = sweepBound(bench.model, configurations, options.subtree,
                                        [&](const ExecutionPlan& plan, std::size_t s) { return times(plan, s); });
    // One by one: a sample of them, since all would take long.
    std::vector<double> separate;
    for (std::size_t i = 0; i < configurations.size(); i += std::max<std::size_t>(1, configurations.size() / 40)) {
        const double begin = now();
        evaluate(*bench.executor, lower(bench.model, configurations[i]), *data, options.evaluation);
        separate.push_back(now() - begin);
    }
    const double begin = now();
    sweep(*bench.executor, bench.model, configurations, *data, options, {}, [](const FinishedSubtree&) {});
    const double seconds = now() - begin;
    const double one = std::accumulate(separate.begin(), separate.end(), 0.0) / static_cast<double>(separate.size());
    const double achieved = one * static_cast<double>(configurations.size()) / seconds;
    fmt::print(
        "sweep {}: {} mixes × {} images in {:.2f} s; one by one {:.2f} s; bound {:.2f}×, achieved {:.2f}× ({:.0f} %)\n",
        name, configurations.size(), images, seconds, one * static_cast<double>(configurations.size()), bound.ratio(),
        achieved, 100 * achieved / bound.ratio());
}

void sweeps(const std::string& spec) {
    Bench bench(spec);
    Random random(5);
    std::vector<BitConfiguration> mixes(500);
    for (BitConfiguration& mix : mixes)
        for (std::size_t i = 0; i < bench.model.network.quantizable().size(); ++i)
            mix.bits.push_back(bench.model.bits[random.below(bench.model.bits.size())]);
    fmt::print("\n");
    sweepAgainstBound(bench, "random", mixes, 2000);
    mixes.clear();
    for (int code = 0; code < 729; ++code) {
        BitConfiguration mix = uniformBits(bench.model.network, 4);
        for (int i = 0, rest = code; i < 6; ++i, rest /= 3)
            mix.bits[mix.size() - 1 - static_cast<std::size_t>(i)] = 2 + rest % 3;
        mixes.push_back(mix);
    }
    sweepAgainstBound(bench, "last six layers", mixes, 2000);
}

}  // namespace
}  // namespace bitdesk

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "all";
    const std::string sample = argc > 2 ? argv[2] : BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors";
    if (what == "all" || what == "switch") bitdesk::switchCost(sample);
    if (what == "all" || what == "moves") bitdesk::moves(sample);
    if (what == "all" || what == "sweeps") bitdesk::sweeps(sample);
    return 0;
}
