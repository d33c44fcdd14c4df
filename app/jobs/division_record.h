// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/jobs/rank.h"

// How a work was divided among the tasks of an array, kept beside their stores: what is submitted again in part is the
// part that it was. A small file of its own, since the stores of others may be in use on other machines, and a database
// must not be shared over a network.
namespace bitdesk::jobs {

/// night.sqlite and a work → night.parts-<start of the work>.json. `work`: 64 hexadecimal digits (workOf()).
std::filesystem::path divisionFileOf(const std::filesystem::path& database, const std::string& work);

/// Nothing where none is recorded, and where no store lies there any more: who has removed them begins anew. Throws
/// Error (BadInput) for a file that is no record.
std::optional<Division> recordedDivision(const std::filesystem::path& database, const std::string& work);

/// To be called before the rank's store is made. Ranks that start together write the same. Throws Error: Usage where
/// another array was quicker to record a division of its own, Resource where the file cannot be written.
void recordDivision(const std::filesystem::path& database, const std::string& work, const Division& division);

}  // namespace bitdesk::jobs
