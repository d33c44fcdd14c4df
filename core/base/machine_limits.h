// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/machine_files.h"

namespace bitdesk {

// What a container, a batch system or a shell lets this process use of its machine: the machine itself knows nothing of
// that, and who asks it alone takes more than there is, and is killed.

/// The folders of this process's control group of a controller ("cpu", "memory"), of version 1 or 2, and of all groups
/// above it, whose limits hold for it as well: nearest first, relative to the files' root. In a container the group's
/// path may be the host's: then only the last of the folders are there. Empty where the system does not tell.
std::vector<std::filesystem::path> controlGroupFolders(const MachineFiles& files, std::string_view controller);

/// CPUs that control groups (cpu.max, cpu.cfs_quota_us) give this process in the long run, the least of all groups
/// that it is in: 1.5. Nothing where none does.
std::optional<double> cpuQuota(const MachineFiles& files = {});

/// Bytes that control groups (memory.max, memory.high, memory.limit_in_bytes) let this process's group hold, the least
/// of all. Nothing where none does.
std::optional<std::int64_t> memoryLimit(const MachineFiles& files = {});

/// The same, or what `ulimit -v` and `ulimit -d` leave, where that is less. Read once for the process.
std::optional<std::int64_t> ownMemoryLimit();

/// Bytes of this process that no file stands behind, which therefore count against a limit; 0 where not told.
std::int64_t anonymousBytes(const MachineFiles& files = {});

/// Bytes that this process may plan with: of the machine, or of ownMemoryLimit() where that is less; nothing where
/// neither is known.
std::optional<std::int64_t> usableMemory();
/// Before much is filled that must lie in memory whole: throws Error (Resource) naming `where` if `limit` leaves less
/// than `bytes`, since beyond a control group's limit the process would be killed without a word.
void requireMemory(std::int64_t bytes, const std::string& where, std::optional<std::int64_t> limit = ownMemoryLimit(),
                   const MachineFiles& files = {});
/// At most `most`, and an eighth of usableMemory(): a bound for what is kept for the sake of speed.
std::int64_t modestMemory(std::int64_t most);

/// Bytes beyond which no file may grow (`ulimit -f`): why a write fails with EFBIG. Nothing where there is no limit.
std::optional<std::int64_t> fileSizeLimit();

/// Threads that have a CPU each: those that the calling thread may use, or as many as cpuQuota() gives, a part of one
/// counted as one. At least 1. The quota is read once for the process.
int usableThreads();

}  // namespace bitdesk
