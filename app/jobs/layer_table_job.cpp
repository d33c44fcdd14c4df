// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/layer_table_job.h"

#include <fmt/format.h>
#include <algorithm>

#include "profiling/conditions.h"
#include "profiling/core_probes.h"
#include "profiling/roofline.h"

namespace bitdesk::jobs {

LatencyKey layerTableKey(const MetaModel& model, const Executor& executor, int threads, int batch,
                         const Environment& environment) {
    return {.modelHash = model.hash,
            .backend = executor.backend(),
            .device = executor.device(),
            .machine = environment.hostHash,
            .build = buildName(environment),
            .threads = threads,
            .batch = batch};
}

bool fitsHandover(const LayerTable& table, std::optional<double> handoverNs) {
    return table.key.threads < 2 || alikeHandover(table.conditions.after.handoverNs, handoverNs);
}

std::optional<LayerTable> findLayerTable(const LatencyKey& key, const MetaModel& model,
                                         std::optional<double> handoverNs, const JobContext& context) {
    const auto accepted = [faders = model.network.quantizable().size(), widths = model.bits,
                           handoverNs](const LayerTable& table) {
        return table.covers(faders, widths) && fitsHandover(table, handoverNs);
    };
    return lookedUp(context, [key, accepted](Store& store) { return store.layerTable(key, accepted); });
}

std::optional<std::string> otherKernel(const LayerTable& table, const ExecutionPlan& plan, const Executor& executor) {
    if (plan.steps.size() != table.rows.size()) return "other steps";
    for (std::size_t s = 0; s < plan.steps.size(); ++s) {
        const Step& step = plan.steps[s];
        const LayerRow& row = table.rows[s];
        const auto width =
            row.quantizable < 0 ? table.widths.begin() : std::ranges::find(table.widths, step.weightBits);
        const auto index = static_cast<std::size_t>(width - table.widths.begin());
        const std::string now = executor.kernel(step);
        if (index >= row.kernels.size() || row.kernels[index] != now)
            return fmt::format("{} at {} bits: {}, and was {}", step.name, step.weightBits, now,
                               index < row.kernels.size() ? row.kernels[index] : "another");
    }
    return std::nullopt;
}

std::optional<LayerTable> findLayerTable(const LayerTableRequest& request, Executor& executor,
                                         const JobContext& context) {
    if (context.store == nullptr || !request.reuseStored) return std::nullopt;
    const MetaModel& model = *request.model;
    const int threads = context.threads(1);
    const auto handover = threads > 1 ? measureHandoverNs(usableCpus()) : std::nullopt;
    auto table = findLayerTable(layerTableKey(model, executor, threads, request.batch, readEnvironment()), model,
                                handover, context);
    if (!table) return std::nullopt;
    executor.prepareAll(context.stop);
    for (const int width : model.bits)
        if (otherKernel(*table, lower(model, uniformBits(model.network, width)), executor)) return std::nullopt;
    return table;
}

LayerTableResult measureLayerTable(const LayerTableRequest& request, Executor& executor, const JobContext& context) {
    if (auto found = findLayerTable(request, executor, context)) return {std::move(*found)};
    const MetaModel& model = *request.model;
    const int threads = context.threads(1);
    auto lease = context.lease(ComputePriority::Measurement);
    const ConditionsWatch watch(threads);
    LayerTable table = measureLayers(model, executor, request.batch, request.options, context.stop, context.progress);
    const auto makeProbe = [&](const MetaModel& probe) { return makeExecutor(probe, request.device, threads); };
    table.roofline = measureRoofline(makeProbe, table.widths, bytesTouched(table), threads, context.stop);
    const Conditions conditions = watch.finish();
    lease.reset();
    table.findings = findSlowLayers(table);
    table.key = layerTableKey(model, executor, threads, request.batch, conditions.environment);
    table.warnings = conditions.warnings;
    table.conditions = conditions;
    LayerTableResult result{std::move(table)};
    const auto save = [table = result.table, name = model.name](Store& store) { return store.save(table, name); };
    result.table.id = stored(context, result.notStored, save).value_or(0);
    return result;
}

}  // namespace bitdesk::jobs
