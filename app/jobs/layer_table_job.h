// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "app/jobs/executors.h"
#include "app/jobs/job_context.h"
#include "core/results/layer_table.h"
#include "profiling/layer_profile.h"
#include "profiling/machine_state.h"

namespace bitdesk::jobs {

// Layer tables that the store holds: what they are known by, and whether they still hold.

/// What a measurement's layer table is known by.
LatencyKey layerTableKey(const MetaModel& model, const Executor& executor, int threads, int batch,
                         const Environment& environment);

/// Whether a table was measured while the CPUs lay as they do now: it is of no use for several threads otherwise
/// (measureHandoverNs()).
bool fitsHandover(const LayerTable& table, std::optional<double> handoverNs);

/// The newest stored table of this key that fits the model and the present hand-over, if there is a store and one in
/// it.
std::optional<LayerTable> findLayerTable(const LatencyKey& key, const MetaModel& model,
                                         std::optional<double> handoverNs, const JobContext& context);

/// The first step of a prepared plan that runs another kernel than when the table was measured, in words: kernels are
/// chosen by timing, and the choice may have been forgotten and made anew since.
std::optional<std::string> otherKernel(const LayerTable& table, const ExecutionPlan& plan, const Executor& executor);

struct LayerTableRequest {
    std::shared_ptr<const MetaModel> model;
    DeviceChoice device;
    int batch = 1;
    LayerProfileOptions options;
    bool reuseStored = true;  ///< a stored one of this model, machine, build, device, threads and batch is the answer
};

/// The newest stored table of a request on the machine as it is now, if there is a store and one in it; nothing where
/// the request wants a fresh one, or where layers run other kernels than the table is of. Prepares the executor for
/// every mix.
std::optional<LayerTable> findLayerTable(const LayerTableRequest& request, Executor& executor,
                                         const JobContext& context);

struct LayerTableResult {
    LayerTable table;
    std::exception_ptr notStored = {};  ///< why it could not be saved: to be rethrown once the result is told
};

/// Looks in the store; else measures layers and roofline under an exclusive lease, names the layers that do not become
/// faster, and saves. Throws Cancelled (nothing is saved) or Error.
LayerTableResult measureLayerTable(const LayerTableRequest& request, Executor& executor, const JobContext& context);

}  // namespace bitdesk::jobs
