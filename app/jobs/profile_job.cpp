// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/profile_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "app/jobs/layer_table_job.h"
#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/statistics/intervals.h"
#include "profiling/energy.h"
#include "profiling/measure.h"
#include "profiling/resident_memory.h"
#include "profiling/trace.h"

namespace bitdesk::jobs {
namespace {

/// The mixes of a request, ready to run.
class Bench {
public:
    Bench(const ProfileRequest& request, Executor& executor, const std::stop_token& stop)
        : m_request(request),
          m_executor(executor),
          m_stop(stop),
          m_stopwatch(executor.stopwatch()),
          m_images(randomImages(*request.model, request.batch, request.options.seed)),
          m_logits(toIndex(request.batch) * toIndex(request.model->network.classes())) {
        for (const BitConfiguration& bits : request.configurations) m_plans.push_back(lower(*request.model, bits));
        for (const ExecutionPlan& plan : m_plans) executor.prepare(plan, stop);
    }

    Compared compare() {
        std::vector<std::function<void()>> work;
        for (std::size_t m = 0; m < m_plans.size(); ++m) work.emplace_back([this, m] { run(m); });
        return measureAndCompare(work, m_request.options, m_request.margin, *m_stopwatch, m_stop);
    }

    struct Layers {
        std::vector<LayerTime> times;
        Metric sum;
    };
    /// Time of every layer inside whole runs of each mix, the mixes in turns, for a share of the time that the whole
    /// runs had.
    std::vector<Layers> layerTimes() {
        std::vector<std::vector<std::vector<double>>> samples(m_plans.size());  // [mix][step]
        std::vector<std::vector<double>> sums(m_plans.size());
        std::vector<std::function<void()>> work;
        for (std::size_t m = 0; m < m_plans.size(); ++m) {
            samples[m].resize(m_plans[m].steps.size());
            work.emplace_back([this, m, &samples, &sums] {
                run(m);  // leads in
                const auto times = stepMilliseconds(traced(m).spans, m_plans[m].steps.size());
                for (std::size_t s = 0; s < times.size(); ++s) samples[m][s].push_back(times[s]);
                sums[m].push_back(std::accumulate(times.begin(), times.end(), 0.0));
            });
        }
        constexpr std::int64_t kMost = 100;
        MeasureOptions options = m_request.options;
        options.warmups = 1;
        options.leadIns = 0;
        options.warmupSeconds = 0;
        options.stop =
            StopOptions::fixed(std::clamp(options.stop.most / 2, std::int64_t{5}, kMost), options.stop.maxSeconds / 2);
        measureInterleaved(work, options, *m_stopwatch, m_stop);
        const auto counted = [&](const std::vector<double>& all) {
            return std::span(all).subspan(toIndex(options.warmups));
        };
        std::vector<Layers> layers;
        for (std::size_t m = 0; m < m_plans.size(); ++m) {
            const auto sum = counted(sums[m]);
            layers.push_back({.times = steps(m),
                              .sum = {.tag = "layer_sum",
                                      .unit = "ms",
                                      .value = quantile(sum, 0.5),
                                      .ci95 = medianInterval(sum),
                                      .n = static_cast<std::int64_t>(sum.size())}});
            for (std::size_t s = 0; s < samples[m].size(); ++s)
                layers[m].times[s].milliseconds = quartiles(counted(samples[m][s]));
        }
        return layers;
    }

    std::vector<TracedRun> trace() {
        std::vector<TracedRun> runs;
        for (int round = 0; round < m_request.traceRuns; ++round)
            for (const std::size_t m : roundOrder(m_plans.size(), m_request.options.seed + toIndex(round))) {
                if (m_stop.stop_requested()) throw Cancelled();
                run(m);  // leads in
                runs.push_back(traced(m));
                runs.back().steps = steps(m);
            }
        return runs;
    }

    /// Joules an image of one mix, run for a while without a pause; nothing where that is not readable.
    std::optional<Metric> energy(std::size_t m, EnergyMeter& meter) {
        constexpr std::int64_t kNanoseconds = 500'000'000;  // counters step every millisecond, or ten times a second
        meter.start();
        std::int64_t runs = 0;
        for (const std::int64_t end = steadyNow() + kNanoseconds; runs == 0 || steadyNow() < end; ++runs) {
            if (m_stop.stop_requested()) throw Cancelled();
            run(m);
        }
        const auto found = meter.stop();
        if (!found) return std::nullopt;
        const auto images = static_cast<double>(runs * m_request.batch);
        return Metric{.tag = "energy_per_inference",
                      .unit = "J",
                      .source = found->source,
                      .value = found->joules / images,
                      .ci95 = std::nullopt,
                      .n = runs};
    }

    /// A step of one of the mixes that runs another kernel than the table is of.
    std::optional<std::string> otherKernel(const LayerTable& table) const {
        for (const ExecutionPlan& plan : m_plans)
            if (auto found = jobs::otherKernel(table, plan, m_executor)) return found;
        return std::nullopt;
    }

private:
    void run(std::size_t m) { m_executor.run(m_plans[m], m_images, m_request.batch, m_logits); }

    TracedRun traced(std::size_t m) {
        TracedRun run{.bits = m_plans[m].bits, .begin = steadyNow(), .end = 0, .spans = {}, .steps = {}};
        m_executor.runTraced(m_plans[m], m_images, m_request.batch, m_logits, run.spans);
        run.end = steadyNow();
        return run;
    }

    /// The steps of a mix without their times.
    std::vector<LayerTime> steps(std::size_t m) const {
        std::vector<LayerTime> found;
        for (const Step& step : m_plans[m].steps)
            found.push_back({.name = step.name,
                             .requestedBits = step.weightBits,
                             .executedBits = m_executor.executedBits(step),
                             .kernel = m_executor.kernel(step),
                             .milliseconds = {}});
        return found;
    }

    const ProfileRequest& m_request;
    Executor& m_executor;
    const std::stop_token& m_stop;
    std::unique_ptr<Stopwatch> m_stopwatch;
    std::vector<std::uint8_t> m_images;
    std::vector<float> m_logits;
    std::vector<ExecutionPlan> m_plans;
};

/// What all measurements of a run have in common.
Measurement describe(const MetaModel& model, const LatencyKey& key, bool simulated) {
    Measurement m;
    static_cast<LatencyKey&>(m) = key;
    m.modelName = model.name;
    m.simulated = simulated;
    m.runGroup = std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds(1);
    return m;
}

/// The stored table that predicts these mixes here and now; in `unreadable` why there is none, where another is stored.
std::optional<LayerTable> tableOf(const Bench& bench, const LatencyKey& key, const MetaModel& model,
                                  std::optional<double> handoverNs, const JobContext& context,
                                  std::vector<std::string>& unreadable) {
    auto table = findLayerTable(key, model, handoverNs, context);
    if (const auto other = table ? bench.otherKernel(*table) : std::nullopt) {
        unreadable.push_back("prediction: layers run other kernels than in the stored layer table (" + *other + "); " +
                             settingName("layer-table") + " measures it afresh");
        return std::nullopt;
    }
    if (!table && findLayerTable(key, model, std::nullopt, context))
        unreadable.push_back(fmt::format(
            "prediction: the stored layer table was measured while the host had put the CPUs elsewhere (CPU "
            "to CPU {:.0f} ns now); {} measures one for this state",
            handoverNs.value_or(0), settingName("layer-table")));
    return table;
}

/// What the samples themselves tell of the machine, where it did not tell it.
void warnOfTwoSpeeds(Measurement& m) {
    constexpr double kSpread = 0.2;
    constexpr std::int64_t kFewest = 20;
    const Quartiles& q = m.latencyMs;
    if (q.n < kFewest || q.q3 - q.q1 <= kSpread * q.median) return;
    m.warnings.push_back(
        fmt::format("a quarter of the runs at {} took less than {:.4g} ms and a quarter more than {:.4g}: the machine "
                    "has two speeds or is busy, and the median lies between; measure again, or on fewer threads",
                    toText(m.bits), q.q1, q.q3));
}

/// Where the layer table is off by more than it says of itself.
void warnOfAnotherSpeed(const LayerTable& table, std::optional<double> handoverNs, Measurement& m) {
    constexpr double kOff = 0.1;
    const double error = m.predictionError().value_or(0);
    if (!(std::abs(error) > std::max(kOff, 3 * table.error90().value_or(0)))) return;
    const auto then = table.conditions.after.handoverNs;
    const std::string why =
        then && handoverNs ? fmt::format(" (CPU to CPU {:.0f} ns, then {:.0f})", *handoverNs, *then) : "";
    m.warnings.push_back(
        fmt::format("at {} the layer table was {:+.0f} % off: the machine runs at another speed than when it was "
                    "measured{}; measure it afresh, and compare only times of one run",
                    toText(m.bits), 100 * error, why));
}

/// In the conditions, too: they are what is shown of a run as a whole.
void addWarnings(const std::vector<Measurement>& runs, std::vector<std::string>& warnings) {
    for (const Measurement& m : runs)
        for (const std::string& warning : m.warnings)
            if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(warning);
}

void save(const ProfileRequest& request, const JobContext& context, ProfileResult& result) {
    const auto ids = stored(context, result.notStored,
                            [runs = result.runs, rows = request.rows](Store& store) { return store.save(runs, rows); });
    for (std::size_t i = 0; ids && i < ids->size(); ++i) result.runs[i].id = (*ids)[i];
}

void addMemory(const ResidentPeak& peak, Measurement& common) {
    if (const auto bytes = peak.bytes())
        common.metrics.push_back({.tag = "peak_resident",
                                  .unit = "B",
                                  .source = peak.scope(),
                                  .value = static_cast<double>(*bytes),
                                  .ci95 = std::nullopt,
                                  .n = 1});
    else common.unreadable.emplace_back("peak resident memory: the system does not tell");
}

}  // namespace

MeasureOptions measureOptions(const LatencyEffort& effort) {
    MeasureOptions measure;
    measure.warmupSeconds = 0.1;
    measure.leadIns = 1;
    measure.seed = effort.seed + 1;
    measure.stop.noise = effort.noise;
    measure.stop.maxSeconds = effort.maxSeconds;
    measure.stop.minSeconds = std::min(0.5, effort.maxSeconds);
    if (effort.samples > 0) measure.stop = StopOptions::fixed(effort.samples, effort.maxSeconds);
    return measure;
}

ProfileResult profileMixes(const ProfileRequest& request, Executor& executor, const JobContext& context) {
    const int threads = context.threads(1);
    auto lease = context.lease(ComputePriority::Measurement);
    Bench bench(request, executor, context.stop);
    const ResidentPeak peak;
    const ConditionsWatch watch(threads);
    Compared compared = bench.compare();
    ProfileResult result{.runs = {},
                         .againstFirst = std::move(compared.againstFirst),
                         .conditions = watch.finish(),
                         .table = {},
                         .trace = {}};
    auto layers = bench.layerTimes();
    const LatencyKey key =
        layerTableKey(*request.model, executor, threads, request.batch, result.conditions.environment);
    Measurement common = describe(*request.model, key, executor.traits().simulated);
    common.looks = compared.looks;
    common.noiseFloor = compared.noiseFloor;
    common.warnings = result.conditions.warnings;
    common.unreadable = result.conditions.unreadable;
    common.conditions = result.conditions;
    addMemory(peak, common);
    result.table = tableOf(bench, key, *request.model, result.conditions.after.handoverNs, context, common.unreadable);
    EnergyMeter meter(executor.device());
    if (request.energy && !meter.whyUnreadable().empty()) common.unreadable.push_back(meter.whyUnreadable());
    const bool energy = request.energy && meter.whyUnreadable().empty();
    for (std::size_t i = 0; i < request.configurations.size(); ++i) {
        Measurement m = common;
        m.bits = request.configurations[i];
        m.samplesMs = std::move(compared.samples[i].milliseconds);
        m.stopReason = toText(compared.samples[i].reason);
        m.summarize();
        m.layers = std::move(layers[i].times);
        m.layerSumMs = std::move(layers[i].sum);
        warnOfTwoSpeeds(m);
        if (result.table) {
            m.predictedMs = result.table->predict(m.bits);
            warnOfAnotherSpeed(*result.table, result.conditions.after.handoverNs, m);
        }
        if (energy) {
            if (const auto joules = bench.energy(i, meter)) m.metrics.push_back(*joules);
            else m.unreadable.push_back(meter.whyUnreadable());
        }
        result.runs.push_back(std::move(m));
    }
    addWarnings(result.runs, result.conditions.warnings);
    if (request.traceRuns > 0)
        result.trace = traceJson("bitdesk: " + request.model->name, bench.trace(), common.conditions);
    lease.reset();
    save(request, context, result);
    return result;
}

}  // namespace bitdesk::jobs
