// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/jobs/executors.h"
#include "core/data/data_set.h"
#include "core/execute/plan/executor.h"
#include "core/model/meta_model.h"

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

/// What evaluating mixes of a model takes, in bytes: as much as it can take at most, from the model, the mixes and the
/// mini-batch alone.
struct SweepMemory {
    std::int64_t weights = 0;   ///< of one worker: packed forms of all layers at all widths
    std::int64_t buffers = 0;   ///< of one worker: what its threads work in
    std::int64_t perImage = 0;  ///< of one worker, an image of the mini-batch: values to go on from, and pixels
    std::int64_t shared = 0;    ///< of all: what the data set may yet decode, and a reserve
    int batch = 1;

    std::int64_t ofWorker(int images) const { return weights + buffers + images * perImage; }
    std::int64_t ofWorkers(int count) const { return shared + count * ofWorker(batch); }
};
/// Before anything is packed: two bytes a weight and width.
SweepMemory sweepMemory(const MetaModel& model, const std::vector<BitConfiguration>& configurations,
                        const DataSet& data, int batch);
/// With what an executor holds whose layers are packed.
void takeMeasured(SweepMemory& memory, const ExecutorMemory& measured);

/// What there is for it.
struct MemoryBudget {
    std::optional<std::int64_t> free;   ///< bytes; nothing: not known
    std::optional<std::int64_t> limit;  ///< of a container or a shell, which kills who takes more; nothing: none
};
/// Of this process, which has its share where `sharers` processes of the same work run here.
MemoryBudget memoryBudget(int sharers);

/// Workers that fit, at most `wanted`, at least 1. Throws Error (Resource) where not even one fits a limit: what it
/// takes, what there is, and what to type.
int workersThatFit(const SweepMemory& memory, const MemoryBudget& budget, int wanted);
/// "2 workers instead of 4: a memory limit of 700 MiB, and each takes up to 250 MiB".
std::string fewerWorkersNote(const SweepMemory& memory, const MemoryBudget& budget, int fit, int wanted);

}  // namespace bitdesk::jobs
