// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>
#include <filesystem>
#include <string>
#include <string_view>

namespace bitdesk {

/// What kind of file system a file, or the folder that it would lie in, is on, as the system calls it: "ext4", "nfs4",
/// "fuse.sshfs"; empty where that is not known.
std::string fileSystemOf(const std::filesystem::path& path);

/// The same of a device, by the text of /proc/self/mountinfo (proc(5)).
std::string fileSystemOf(dev_t device, std::string_view mountInfo);

/// Whether other machines may have the same files open: then nothing may be shared through memory, and locks are a
/// promise of somebody else's.
bool isNetworkFileSystem(std::string_view type);

}  // namespace bitdesk
