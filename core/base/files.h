// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <sys/types.h>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace bitdesk {

/// What lies under a name, links followed; not_found where nothing does. Throws Error (BadInput) naming the path and
/// the reason where the system does not tell: a folder that may not be entered, a loop of links, too long a name.
std::filesystem::file_type typeOf(const std::filesystem::path& path);

/// Whether anything lies there; throws as typeOf() does.
bool isThere(const std::filesystem::path& path);

/// "is a folder", "is a pipe", …; empty for a regular file and for what is not there.
std::string otherThanAFile(std::filesystem::file_type type);

/// The name from the root on, without dots; as it was given where the present folder is gone.
std::filesystem::path fullName(const std::filesystem::path& path);

/// The bytes of a regular file of at most `maxBytes`. Throws Error (BadInput) naming `path`: missing, unreadable, a
/// folder, a pipe or device (never waits for one), too large; (Resource): larger than a memory limit leaves.
std::string readFile(const std::filesystem::path& path, std::uint64_t maxBytes);

/// Writes a file whole or not at all: aside in the same folder, synced, then renamed over `path`. A crash or a full
/// disk leaves the old file. Throws Error (Resource) naming `path`.
void writeFileAtomically(const std::filesystem::path& path, std::string_view bytes);

/// Throws Error (Resource) naming `path` when a file could not be written there: folder missing, not writable, or a
/// folder itself. For checks before long work; creates nothing that stays.
void checkWritable(const std::filesystem::path& path);

/// What kind of file system a file, or the folder that it would lie in, is on, as the system calls it: "ext4", "nfs4",
/// "fuse.sshfs"; empty where that is not known.
std::string fileSystemOf(const std::filesystem::path& path);

/// The same of a device, by the text of /proc/self/mountinfo (proc(5)).
std::string fileSystemOf(dev_t device, std::string_view mountInfo);

/// Whether other machines may have the same files open: then nothing may be shared through memory, and locks are a
/// promise of somebody else's.
bool isNetworkFileSystem(std::string_view type);

}  // namespace bitdesk
