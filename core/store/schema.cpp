// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <array>
#include <string>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/store/open_database.h"

namespace bitdesk {
namespace {

constexpr int kApplicationId = 0x4254444B;  // "BTDK": what makes a SQLite file ours

// Appended to, never changed: migration i brings version i to i + 1.
constexpr std::array kMigrations{R"sql(
CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
);
CREATE TABLE data_sets (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  split TEXT NOT NULL,
  UNIQUE (hash, split)
);
CREATE TABLE evaluations (
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES models(id),
  data_set INTEGER NOT NULL REFERENCES data_sets(id),
  subset INTEGER NOT NULL,
  order_seed INTEGER NOT NULL,
  bits TEXT NOT NULL,
  numerics_version INTEGER NOT NULL,
  correct INTEGER NOT NULL,
  total INTEGER NOT NULL CHECK (total > 0 AND correct BETWEEN 0 AND total),
  bitops INTEGER NOT NULL,
  weight_bytes INTEGER NOT NULL,
  norm_bytes INTEGER NOT NULL,
  device TEXT NOT NULL,
  backend TEXT NOT NULL,
  seconds REAL NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (model, data_set, subset, order_seed, bits, numerics_version)
);
CREATE TABLE predictions (
  evaluation INTEGER PRIMARY KEY REFERENCES evaluations(id) ON DELETE CASCADE,
  classes BLOB NOT NULL,
  correct BLOB NOT NULL
);
CREATE TABLE measurements (
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES models(id),
  bits TEXT NOT NULL,
  backend TEXT NOT NULL,
  device TEXT NOT NULL,
  threads INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  samples_ms BLOB NOT NULL,
  layers TEXT NOT NULL,
  machine TEXT NOT NULL,
  build TEXT NOT NULL,
  environment TEXT NOT NULL,
  run_group INTEGER NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX measurements_by_model ON measurements (model, bits);
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  created_at TEXT NOT NULL,
  finished_at TEXT
);
CREATE TABLE job_items (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  request TEXT NOT NULL,
  evaluation INTEGER REFERENCES evaluations(id),
  measurement INTEGER REFERENCES measurements(id),
  finished_at TEXT,
  UNIQUE (job, position)
);
)sql",
                                 R"sql(
ALTER TABLE measurements ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
CREATE TABLE layer_tables (
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES models(id),
  backend TEXT NOT NULL,
  device TEXT NOT NULL,
  threads INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  machine TEXT NOT NULL,
  build TEXT NOT NULL,
  body TEXT NOT NULL,
  environment TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX layer_tables_by_model ON layer_tables (model, backend, device);
)sql",
                                 R"sql(
ALTER TABLE evaluations ADD COLUMN looks INTEGER NOT NULL DEFAULT 1 CHECK (looks > 0);
)sql",
                                 R"sql(
ALTER TABLE data_sets ADD COLUMN preparation TEXT;
ALTER TABLE data_sets ADD COLUMN skipped INTEGER CHECK (skipped >= 0);
)sql"};

int pragma(SQLite::Database& database, const char* name) {
    return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

bool isEmpty(SQLite::Database& database) {
    return database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
}

}  // namespace

int schemaVersionNow() { return static_cast<int>(kMigrations.size()); }

void checkOwner(SQLite::Database& database, const std::filesystem::path& path) {
    const int owner = pragma(database, "application_id");
    if (owner != kApplicationId && !(owner == 0 && isEmpty(database)))
        throw Error(ErrorKind::BadInput, path.string(), "is a database of another program",
                    "Choose another file with " + settingName("db"));
    if (pragma(database, "user_version") > schemaVersionNow())
        throw Error(ErrorKind::BadInput, path.string(),
                    "was written by a newer Bitdesk (schema " + std::to_string(pragma(database, "user_version")) +
                        ", this one knows " + std::to_string(schemaVersionNow()) + ")",
                    "Use that version, or another " + settingName("db"));
    // What we never made could run code of its own, or never end.
    const bool foreign =
        database.execAndGet("SELECT count(*) FROM sqlite_master WHERE type IN ('view', 'trigger')").getInt() > 0;
    if (foreign || (pragma(database, "user_version") < 1 && !isEmpty(database)))
        throw Error(ErrorKind::BadInput, path.string(), "was changed by another program",
                    "Move it away, or choose another with " + settingName("db"));
}

int schemaVersionOf(SQLite::Database& database) { return pragma(database, "user_version"); }

void migrate(SQLite::Database& database) {
    while (pragma(database, "user_version") < schemaVersionNow()) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        // Another process may have migrated while this one waited for the lock.
        const int version = pragma(database, "user_version");
        if (version < schemaVersionNow()) {
            database.exec(kMigrations[static_cast<std::size_t>(version)]);
            database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
            database.exec("PRAGMA user_version = " + std::to_string(version + 1));
        }
        transaction.commit();
    }
}

}  // namespace bitdesk
