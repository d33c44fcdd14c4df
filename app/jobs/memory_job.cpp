// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/memory_job.h"

#include <unistd.h>
#include <fstream>

#include "core/evaluate/prefix_cache.h"

namespace bitdesk::jobs {
namespace {

std::int64_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::int64_t pages = 0, resident = 0;
    return statm >> pages >> resident ? resident * ::sysconf(_SC_PAGESIZE) : 0;
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
    report.residentBytes = residentBytes();
    if (executor->traits().keepsCheckpoints) report.prefixBudget = static_cast<std::int64_t>(prefixBudget());
    return report;
}

}  // namespace bitdesk::jobs
