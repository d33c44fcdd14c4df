// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/stored_layer_table.h"

#include <fmt/format.h>
#include <algorithm>

#include "app/jobs/storing.h"
#include "profiling/conditions.h"
#include "profiling/core_probes.h"

namespace bitdesk::jobs {

LayerTableKey layerTableKey(const MetaModel& model, const Executor& executor, int threads, int batch,
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

std::optional<LayerTable> findLayerTable(const LayerTableKey& key, const MetaModel& model,
                                         std::optional<double> handoverNs, JobContext& context) {
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

}  // namespace bitdesk::jobs
