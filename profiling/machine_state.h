// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/machine_files.h"
#include "core/results/conditions.h"
#include "profiling/nvml.h"

namespace bitdesk {

/// Takes some milliseconds, most of them for hand-over and effective clock, which come last: so the counts of two
/// states embrace what runs between the calls and the first call's own work, which is this process's.
MachineState readMachineState(const MachineFiles& files = {}, const Nvml& nvml = systemNvml());

Environment readEnvironment(const MachineFiles& files = {}, const Nvml& nvml = systemNvml());
/// "0.1.0 Release GNU 12.2.0": times of one build are not times of another.
std::string buildName(const Environment& environment);

}  // namespace bitdesk
