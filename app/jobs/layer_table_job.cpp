// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/layer_table_job.h"

#include "app/jobs/stored_layer_table.h"
#include "app/jobs/storing.h"
#include "profiling/conditions.h"
#include "profiling/core_probes.h"
#include "profiling/roofline.h"

namespace bitdesk::jobs {
namespace {

int threadsOf(const JobContext& context) { return context.arbiter != nullptr ? context.arbiter->threads() : 1; }

}  // namespace

std::optional<LayerTable> findLayerTable(const LayerTableRequest& request, Executor& executor, JobContext& context) {
    if (context.store == nullptr || !request.reuseStored) return std::nullopt;
    const MetaModel& model = *request.model;
    const int threads = threadsOf(context);
    const auto handover = threads > 1 ? measureHandoverNs(usableCpus()) : std::nullopt;
    auto table = findLayerTable(layerTableKey(model, executor, threads, request.batch, readEnvironment()), model,
                                handover, context);
    if (!table) return std::nullopt;
    executor.prepareAll(context.stop);
    for (const int width : model.bits)
        if (otherKernel(*table, lower(model, uniformBits(model.network, width)), executor)) return std::nullopt;
    return table;
}

LayerTableResult measureLayerTable(const LayerTableRequest& request, Executor& executor, JobContext& context) {
    if (auto found = findLayerTable(request, executor, context)) return {std::move(*found)};
    const MetaModel& model = *request.model;
    const int threads = threadsOf(context);
    std::optional<ComputeArbiter::Lease> lease;
    if (context.arbiter != nullptr) lease.emplace(context.arbiter->acquire(ComputePriority::Measurement, context.stop));
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
    try {
        result.table.id = stored(context, [table = result.table, name = model.name](Store& store) {
                              return store.save(table, name);
                          }).value_or(0);
    } catch (...) {
        result.notStored = std::current_exception();
    }
    return result;
}

}  // namespace bitdesk::jobs
