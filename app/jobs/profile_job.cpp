// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/profile_job.h"

#include <chrono>

#include "core/base/error.h"
#include "core/base/random.h"

namespace bitdesk::jobs {
namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Pixels for timing: their values do not change what is computed, only their number does.
std::vector<std::uint8_t> randomImages(const MetaModel& model, int batch, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint8_t> images(at(batch) * at(model.network.inputShape().elements()));
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    return images;
}

/// Time of every layer inside whole runs of each mix, the mixes in turns.
std::vector<std::vector<LayerTime>> layerTimes(Executor& executor, std::span<const ExecutionPlan> plans,
                                               std::span<const std::uint8_t> images, const ProfileRequest& request,
                                               const std::stop_token& stop) {
    std::vector<float> logits(at(request.batch) * at(request.model->network.classes()));
    std::vector<std::vector<std::vector<double>>> samples(plans.size());  // [mix][step]
    MeasureOptions options = request.options;
    options.warmups = 1;
    options.samples = std::max(5, options.samples / 2);
    std::vector<std::function<void()>> work;
    for (std::size_t m = 0; m < plans.size(); ++m) {
        samples[m].resize(plans[m].steps.size());
        work.emplace_back([&, m] {
            std::vector<StepTime> times;
            executor.runTimed(plans[m], images, request.batch, logits, times);
            for (const StepTime& time : times) samples[m][at(time.step)].push_back(time.milliseconds);
        });
    }
    measureInterleaved(work, options, stop);
    std::vector<std::vector<LayerTime>> layers(plans.size());
    for (std::size_t m = 0; m < plans.size(); ++m)
        for (std::size_t s = 0; s < plans[m].steps.size(); ++s) {
            const Step& step = plans[m].steps[s];
            layers[m].push_back({.name = step.name,
                                 .requestedBits = step.bits,
                                 .executedBits = executor.executedBits(step),
                                 .kernel = executor.kernel(step),
                                 .milliseconds = quartiles(std::span(samples[m][s]).subspan(at(options.warmups)))});
        }
    return layers;
}

Measurement describe(const ProfileRequest& request, const BitConfiguration& bits, const Executor& executor, int threads,
                     const Environment& environment) {
    Measurement m;
    m.modelHash = request.model->hash;
    m.modelName = request.model->name;
    m.bits = bits;
    m.backend = executor.backend();
    m.device = executor.device();
    m.threads = threads;
    m.batch = request.batch;
    m.simulated = executor.backend() == "reference";
    m.machine = environment.hostHash;
    m.build = environment.version + " " + environment.buildType + " " + environment.compiler;
    m.environmentJson = toJson(environment);
    m.runGroup = std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds(1);
    return m;
}

}  // namespace

ProfileResult profileMixes(const ProfileRequest& request, Executor& executor, JobContext& context) {
    const int threads = context.arbiter != nullptr ? context.arbiter->threads() : 1;
    std::optional<ComputeArbiter::Lease> lease;
    if (context.arbiter != nullptr) lease.emplace(context.arbiter->acquire(ComputePriority::Measurement, context.stop));
    ProfileResult result{.runs = {}, .environment = readEnvironment()};
    const auto images = randomImages(*request.model, request.batch, request.options.seed);
    std::vector<ExecutionPlan> plans;
    for (const BitConfiguration& bits : request.configurations) plans.push_back(lower(*request.model, bits));
    std::vector<float> logits(at(request.batch) * at(request.model->network.classes()));
    std::vector<std::function<void()>> work;
    work.reserve(plans.size());
    for (const ExecutionPlan& plan : plans)
        work.emplace_back(
            [&executor, &plan, &images, &request, &logits] { executor.run(plan, images, request.batch, logits); });
    for (const ExecutionPlan& plan : plans) executor.prepare(plan, context.stop);
    const auto samples = measureInterleaved(work, request.options, context.stop);
    auto layers = layerTimes(executor, plans, images, request, context.stop);
    Measurement common = describe(request, {}, executor, threads, result.environment);
    for (std::size_t i = 0; i < plans.size(); ++i) {
        Measurement m = common;
        m.bits = request.configurations[i];
        m.samplesMs = samples[i].milliseconds;
        m.latencyMs = samples[i].summary();
        m.layers = std::move(layers[i]);
        result.runs.push_back(std::move(m));
    }
    lease.reset();
    if (context.store != nullptr)
        for (Measurement& m : result.runs)
            m.id = context.store->post([m](Store& store) { return store.save(m); }).get();
    return result;
}

ProfileResult profileMixes(const ProfileRequest& request, JobContext& context) {
    const int threads = context.arbiter != nullptr ? context.arbiter->threads() : 0;
    const auto executor = makeExecutor(*request.model, request.device, threads);
    return profileMixes(request, *executor, context);
}

}  // namespace bitdesk::jobs
