// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/absolute_name.h"

#include <filesystem>

#include "core/base/files.h"
#include "core/data/data_set.h"

namespace bitdesk::jobs {

std::string absoluteName(const std::string& name) {
    std::error_code code;
    const bool isFile = !name.starts_with("random:") && !isNamedDataSet(name) && std::filesystem::exists(name, code);
    return isFile ? fullName(name).string() : name;
}

}  // namespace bitdesk::jobs
