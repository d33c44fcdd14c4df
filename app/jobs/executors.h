// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/execute/plan/executor.h"
#include "core/model/meta_model.h"

namespace bitdesk::jobs {

/// Which executor runs the plans, and where. `backend` is "packed", "reference" or "portable", empty: the fastest that
/// the device has (packed on the CPU, reference on a GPU); `device` is "cpu" or "cuda:N".
struct DeviceChoice {
    std::string backend;
    std::string device = "cpu";
};

/// All executors, the fastest of each device first. A new one is a room of its own and a line here.
std::span<const ExecutorEntry> executors();

/// The backend that a choice means.
std::string backendOf(const DeviceChoice& choice);
/// Throws Error as checkDevice() does for a backend that is not known.
ExecutorTraits traitsOf(const DeviceChoice& choice);

/// Throws Error before anything long begins: Usage for a backend that is not known or does not run on the device, and
/// for what is no device; Resource for a device that is not there.
void checkDevice(const DeviceChoice& choice);

/// Throws Error (Usage) for an unknown backend, (Resource) for a device that
/// is not there. `model` must outlive the executor.
std::unique_ptr<Executor> makeExecutor(const MetaModel& model, const DeviceChoice& choice, int threads);

/// Version of the LibTorch that is linked.
std::string torchVersion();

/// LibTorch's threads wait for each other spinning, for so long that on a busy machine two of them are many times
/// slower than one. Their library reads its setting before main() begins, so this sets a short spin and starts the
/// program again, once, in the same process (a quarter of a second); call it in main() before anything is begun. Does
/// nothing where the user has chosen (OMP_WAIT_POLICY or GOMP_SPINCOUNT) or a restart is not possible.
void useShortSpin(char** argv);

}  // namespace bitdesk::jobs
