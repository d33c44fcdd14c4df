// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/machine_files.h"
#include "core/results/conditions.h"
#include "profiling/nvml.h"

namespace bitdesk {

/// Takes some milliseconds, most of them for hand-over and effective clock, which come last: so the counts of two
/// states embrace what runs between the calls and the first call's own work, which is this process's.
MachineState readMachineState(const MachineFiles& files = {}, const Nvml& nvml = systemNvml());

}  // namespace bitdesk
