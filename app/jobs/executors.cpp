// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/executors.h"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/compute_arbiter.h"
#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/execute/interpreter/interpreter.h"
#include "core/execute/packed/packed_executor.h"
#include "core/execute/torch/torch_executor.h"

namespace bitdesk::jobs {
namespace {

bool runsOn(const ExecutorEntry& entry, const std::string& device) {
    return device == "cpu" || entry.checkDevice != nullptr;
}

const ExecutorEntry& fastestOn(const std::string& device) {
    return *std::ranges::find_if(executors(), [&](const ExecutorEntry& entry) { return runsOn(entry, device); });
}

const ExecutorEntry& entryOf(const DeviceChoice& choice) {
    if (choice.backend.empty()) return fastestOn(choice.device);
    std::string known;
    for (const ExecutorEntry& entry : executors()) {
        if (choice.backend == entry.name) return entry;
        known += (known.empty() ? "" : ", ") + std::string(entry.name);
    }
    throw Error(ErrorKind::Usage, settingName("backend") + " " + choice.backend, "is not known", "Known: " + known);
}

}  // namespace

std::span<const ExecutorEntry> executors() {
    static const std::array kAll{packedEntry(), referenceEntry(), interpreterEntry()};
    return kAll;
}

std::string backendOf(const DeviceChoice& choice) {
    return choice.backend.empty() ? fastestOn(choice.device).name : choice.backend;
}

ExecutorTraits traitsOf(const DeviceChoice& choice) { return entryOf(choice).traits; }

void checkDevice(const DeviceChoice& choice) {
    const ExecutorEntry& entry = entryOf(choice);
    if (entry.checkDevice != nullptr) return entry.checkDevice(choice.device);
    if (!runsOn(entry, choice.device))
        throw Error(ErrorKind::Usage, settingName("device") + " " + choice.device,
                    "the " + std::string(entry.name) + " backend runs on the CPU only",
                    "Use " + settingName("device") + " cpu, or " + settingName("backend") + " " +
                        std::string(fastestOn(choice.device).name));
}

std::unique_ptr<Executor> makeExecutor(const MetaModel& model, const DeviceChoice& choice, int threads) {
    checkDevice(choice);
    return entryOf(choice).make(model, choice.device, threads > 0 ? threads : ComputeArbiter().threads());
}

std::string torchVersion() { return linkedTorchVersion(); }

void useShortSpin(char** argv) {
    constexpr const char* kSpinCount = "GOMP_SPINCOUNT";
    if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv(kSpinCount) != nullptr) return;
    // As fast as the default on an idle machine, several times faster on a busy one: docs/benchmarks.md.
    if (::setenv(kSpinCount, "5000", 1) != 0) return;
    ::execv("/proc/self/exe", argv);  // returns only where it failed
}

}  // namespace bitdesk::jobs
