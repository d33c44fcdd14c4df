// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/workbench_types.h"
#include "core/base/error.h"
#include "core/plan/interpreter.h"
#include "core/reference/reference_executor.h"

namespace bitdesk::jobs {

std::unique_ptr<Executor> makeExecutor(const MetaModel& model, const DeviceChoice& choice, int threads) {
    if (choice.backend == "reference") return makeReferenceExecutor(model, choice.device, threads);
    if (choice.backend == "portable") {
        if (choice.device != "cpu")
            throw Error(ErrorKind::Usage, "--device " + choice.device, "the portable backend runs on the CPU only");
        return makeInterpreter(model);
    }
    throw Error(ErrorKind::Usage, "--backend " + choice.backend, "is not known", "Known: reference, portable");
}

std::string torchVersion() { return linkedTorchVersion(); }

}  // namespace bitdesk::jobs
