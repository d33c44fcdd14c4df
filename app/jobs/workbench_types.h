// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/data/data_set.h"
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

}  // namespace bitdesk::jobs
