// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/workbench_types.h"
#include "core/base/compute_arbiter.h"
#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/execute/interpreter/interpreter.h"
#include "core/execute/packed/packed_executor.h"
#include "core/execute/torch/torch_executor.h"

namespace bitdesk::jobs {
namespace {

/// One for the process: what one executor measured, the next one knows.
std::shared_ptr<runtime::KernelTimes> kernelTimes() {
    static const auto kTimes = std::make_shared<runtime::KernelTimes>(runtime::KernelTimes::defaultFile());
    return kTimes;
}

int threadsOf(int wanted) { return wanted > 0 ? wanted : ComputeArbiter().threads(); }

}  // namespace

std::string backendOf(const DeviceChoice& choice) {
    if (!choice.backend.empty()) return choice.backend;
    return choice.device == "cpu" ? "packed" : "reference";
}

void checkDevice(const DeviceChoice& choice) {
    const std::string backend = backendOf(choice);
    if (backend == "reference") return checkReferenceDevice(choice.device);
    if (backend != "packed" && backend != "portable")
        throw Error(ErrorKind::Usage, settingName("backend") + " " + backend, "is not known",
                    "Known: packed, reference, portable");
    if (choice.device != "cpu")
        throw Error(ErrorKind::Usage, settingName("device") + " " + choice.device,
                    "the " + backend + " backend runs on the CPU only",
                    "Use " + settingName("device") + " cpu, or " + settingName("backend") + " reference");
}

std::unique_ptr<Executor> makeExecutor(const MetaModel& model, const DeviceChoice& choice, int threads) {
    checkDevice(choice);
    const std::string backend = backendOf(choice);
    if (backend == "reference") return makeReferenceExecutor(model, choice.device, threadsOf(threads));
    if (backend == "portable") return makeInterpreter(model);
    PackedOptions options;
    options.threads = threadsOf(threads);
    options.times = kernelTimes();
    return makePackedExecutor(model, options);
}

std::string torchVersion() { return linkedTorchVersion(); }

}  // namespace bitdesk::jobs
