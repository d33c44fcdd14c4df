// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "app/jobs/job_context.h"
#include "app/jobs/workbench_types.h"
#include "core/results/layer_table.h"
#include "profiling/machine_state.h"

// Layer tables that the store holds: what they are known by, and whether they still hold.
namespace bitdesk::jobs {

/// What a measurement's layer table is known by.
LayerTableKey layerTableKey(const MetaModel& model, const Executor& executor, int threads, int batch,
                            const Environment& environment);

/// Whether a table was measured while the CPUs lay as they do now: it is of no use for several threads otherwise
/// (measureHandoverNs()).
bool fitsHandover(const LayerTable& table, std::optional<double> handoverNs);

/// The newest stored table of this key that fits the model and the present hand-over, if there is a store and one in
/// it.
std::optional<LayerTable> findLayerTable(const LayerTableKey& key, const MetaModel& model,
                                         std::optional<double> handoverNs, JobContext& context);

/// The first step of a prepared plan that runs another kernel than when the table was measured, in words: kernels are
/// chosen by timing, and the choice may have been forgotten and made anew since.
std::optional<std::string> otherKernel(const LayerTable& table, const ExecutionPlan& plan, const Executor& executor);

}  // namespace bitdesk::jobs
