// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/jobs/workbench_types.h"

namespace bitdesk::jobs {

/// The kernel that a layer runs at one width.
struct LayerKernel {
    std::string layer;
    int bits = 0, executedBits = 0;
    std::string kernel;
};

/// What a model takes in memory once it is ready to run at every width, one image at a time.
struct MemoryReport {
    std::string backend;
    std::optional<ExecutorMemory> executor;    ///< nothing where the backend does not know
    std::int64_t residentBytes = 0;            ///< of the whole process; 0 where the system does not tell
    std::optional<std::int64_t> prefixBudget;  ///< most that live evaluation keeps besides, where it keeps any
    std::vector<LayerKernel> kernels;
};

/// Packs the model and runs one blank image through it at each uniform width. Throws Cancelled between layers.
MemoryReport measureMemory(const MetaModel& model, const DeviceChoice& device, int threads,
                           const std::stop_token& stop);

}  // namespace bitdesk::jobs
