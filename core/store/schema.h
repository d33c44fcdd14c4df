// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <filesystem>

namespace bitdesk {

/// "BTDK": what makes a SQLite file ours.
inline constexpr int kApplicationId = 0x4254444B;
/// The schema that this program writes; the number of migrations below.
int schemaVersionNow();

/// Throws Error (BadInput) for a database of another program or of a newer Bitdesk. Reads only; an empty file passes.
void checkOwner(SQLite::Database& database, const std::filesystem::path& path);

int schemaVersionOf(SQLite::Database& database);

/// Brings a checked database to the present schema, each migration in a transaction of its own. An empty file becomes
/// ours.
void migrate(SQLite::Database& database);

}  // namespace bitdesk
