// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/cli/options.h"
#include "app/jobs/profile_job.h"

// How `profile` tells what it found.
namespace bitdesk::cli {

Json profileJson(const jobs::ProfileResult& result);
std::string profileText(const jobs::ProfileResult& result);
std::string profileCsv(const jobs::ProfileResult& result);

Json layerTableJson(const LayerTable& table);
std::string layerTableText(const LayerTable& table);
std::string layerTableCsv(const LayerTable& table);

}  // namespace bitdesk::cli
