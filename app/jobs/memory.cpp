// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/memory.h"

#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/base/setting_name.h"
#include "core/data/decode_memory.h"
#include "core/evaluate/prefix_cache.h"
#include "core/execute/plan/prefix.h"
#include "core/network/bit_configuration.h"
#include "profiling/resident_memory.h"

namespace bitdesk::jobs {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

std::string mebibytes(std::int64_t bytes) { return fmt::format("{} MiB", (bytes + kMebibyte - 1) / kMebibyte); }

/// Layers (in the order of bits) at which a mix leaves the one before it, once they are sorted.
std::set<std::size_t> branches(std::vector<BitConfiguration> mixes) {
    std::ranges::sort(mixes);
    std::set<std::size_t> found;
    for (std::size_t i = 1; i < mixes.size(); ++i) {
        const auto [a, b] = std::ranges::mismatch(mixes[i - 1].bits, mixes[i].bits);
        if (b != mixes[i].bits.end()) found.insert(static_cast<std::size_t>(b - mixes[i].bits.begin()));
    }
    return found;
}

/// Floats of an image that all checkpoints together hold when each branch has left one: those of one run share what
/// they have in common.
std::int64_t checkpointFloats(const MetaModel& model, const std::vector<BitConfiguration>& mixes) {
    const BitConfiguration top = uniformBits(model.network, model.topBits());
    const ExecutionPlan plan = lower(model, top);
    std::set<int> producers;
    for (const std::size_t layer : branches(mixes)) {
        BitConfiguration other = top;
        other.bits[layer] = model.bits.front() == top.bits[layer] ? model.bits.back() : model.bits.front();
        const int step = other.bits == top.bits ? -1 : commonPrefix(plan, lower(model, other));
        if (step < 0) continue;
        for (const int producer : liveValues(plan, step)) producers.insert(producer);
    }
    std::int64_t floats = 0;
    for (const int producer : producers)
        floats += plan.steps[static_cast<std::size_t>(producer)].outputShape.elements();
    return floats;
}

std::string neededText(const SweepMemory& m) {
    return fmt::format(
        "one worker needs up to {}: packed weights {}, buffers {}, a mini-batch of {} images {}, data and reserve {}",
        mebibytes(m.ofWorkers(1)), mebibytes(m.weights), mebibytes(m.buffers), m.batch, mebibytes(m.batch * m.perImage),
        mebibytes(m.shared));
}

std::string whatToType(const SweepMemory& memory, std::int64_t free) {
    for (int batch = memory.batch / 2; batch >= 1; batch /= 2)
        if (memory.shared + memory.ofWorker(batch) <= free)
            return fmt::format("Say {} {}", settingName("batch"), batch);
    return fmt::format("Raise the limit by {} at least, and say {} 1",
                       mebibytes(memory.shared + memory.ofWorker(1) - free), settingName("batch"));
}

}  // namespace

MemoryReport measureMemory(const MetaModel& model, const DeviceChoice& device, int threads,
                           const std::stop_token& stop) {
    const auto executor = makeExecutor(model, device, threads);
    executor->prepareAll(stop);
    MemoryReport report;
    report.backend = executor->backend();
    const std::vector<std::uint8_t> image(static_cast<std::size_t>(model.network.inputShape().elements()));
    std::vector<float> logits(static_cast<std::size_t>(model.network.classes()));
    for (const int bits : model.bits) {
        const ExecutionPlan plan = lower(model, uniformBits(model.network, bits));
        executor->run(plan, image, 1, logits);
        for (const Step& step : plan.steps)
            if (step.layer >= 0 && (bits == model.bits.front() || step.weightBits == bits))
                report.kernels.push_back(
                    {step.name, step.weightBits, executor->executedBits(step), executor->kernel(step)});
    }
    report.executor = executor->memory();
    report.residentBytes = residentBytes().value_or(0);
    if (executor->traits().keepsCheckpoints) report.prefixBudget = static_cast<std::int64_t>(prefixBudget());
    return report;
}

SweepMemory sweepMemory(const MetaModel& model, const std::vector<BitConfiguration>& configurations,
                        const DataSet& data, int batch) {
    constexpr std::int64_t kBytesAWeight = 2, kBuffers = 4 * kMebibyte, kReserve = 48 * kMebibyte;
    constexpr std::int64_t kBatchesOfPixels = 3;  // the present one, and what is read ahead
    SweepMemory memory{.weights = 0, .buffers = kBuffers, .perImage = 0, .shared = kReserve, .batch = batch};
    const auto widths = static_cast<std::int64_t>(model.bits.size());
    for (const Layer& layer : model.network.layers())
        memory.weights += layer.weightCount * kBytesAWeight * (layer.quantizable() ? widths : 1);
    memory.perImage = checkpointFloats(model, configurations) * static_cast<std::int64_t>(sizeof(float)) +
                      kBatchesOfPixels * data.imageBytes();
    if (const DecodeMemory* decode = data.decodeMemory()) memory.shared += decode->limit() - decode->kept();
    if (data.size() > 0) memory.batch = static_cast<int>(std::min<std::int64_t>(batch, data.size()));
    return memory;
}

void takeMeasured(SweepMemory& memory, const ExecutorMemory& measured) {
    memory.weights = static_cast<std::int64_t>(measured.weights);
    memory.buffers = std::max(memory.buffers, static_cast<std::int64_t>(measured.activations + measured.scratch));
}

MemoryBudget memoryBudget(int sharers) {
    const int ranks = std::max(sharers, 1);
    const auto own = [&](std::optional<std::int64_t> bytes) { return bytes ? std::optional(*bytes / ranks) : bytes; };
    const auto usable = own(usableMemory());
    return {.free = usable ? std::optional(std::max<std::int64_t>(*usable - anonymousBytes(), 0)) : usable,
            .limit = own(ownMemoryLimit())};
}

int workersThatFit(const SweepMemory& memory, const MemoryBudget& budget, int wanted) {
    if (!budget.free) return std::max(wanted, 1);
    int fit = std::max(wanted, 1);
    while (fit > 1 && memory.ofWorkers(fit) > *budget.free) --fit;
    if (budget.limit && memory.ofWorkers(fit) > *budget.free)
        throw Error(ErrorKind::Resource, "memory limit of " + mebibytes(*budget.limit),
                    neededText(memory) + "; free are " + mebibytes(*budget.free), whatToType(memory, *budget.free));
    return fit;
}

std::string fewerWorkersNote(const SweepMemory& memory, const MemoryBudget& budget, int fit, int wanted) {
    return fmt::format("{} {} instead of {}: {}, and each takes up to {}", fit, fit == 1 ? "worker" : "workers", wanted,
                       budget.limit ? "a memory limit of " + mebibytes(*budget.limit)
                                    : "the machine has " + mebibytes(*budget.free) + " for it",
                       mebibytes(memory.ofWorker(memory.batch)));
}

}  // namespace bitdesk::jobs
