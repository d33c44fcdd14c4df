// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "core/base/machine_files.h"

namespace bitdesk {

/// The folders of this process's control group of a controller ("cpu", "memory"), of version 1 or 2, and of all groups
/// above it, whose limits hold for it as well: nearest first, relative to the files' root. In a container the group's
/// path may be the host's: then only the last of the folders are there. Empty where the system does not tell.
std::vector<std::filesystem::path> controlGroupFolders(const MachineFiles& files, std::string_view controller);

}  // namespace bitdesk
