// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <optional>

#include "app/jobs/job_context.h"
#include "app/jobs/workbench_types.h"
#include "core/results/layer_table.h"
#include "profiling/layer_profile.h"

namespace bitdesk::jobs {

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
std::optional<LayerTable> findLayerTable(const LayerTableRequest& request, Executor& executor, JobContext& context);

struct LayerTableResult {
    LayerTable table;
    std::exception_ptr notStored = {};  ///< why it could not be saved: to be rethrown once the result is told
};

/// Looks in the store; else measures layers and roofline under an exclusive lease, names the layers that do not become
/// faster, and saves. Throws Cancelled (nothing is saved) or Error.
LayerTableResult measureLayerTable(const LayerTableRequest& request, Executor& executor, JobContext& context);

}  // namespace bitdesk::jobs
