CREATE TABLE data_sets (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  split TEXT NOT NULL,
  UNIQUE (hash, split)
)
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
  created_at TEXT NOT NULL, looks INTEGER NOT NULL DEFAULT 1 CHECK (looks > 0),
  UNIQUE (model, data_set, subset, order_seed, bits, numerics_version)
)
CREATE TABLE job_items (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  request TEXT NOT NULL,
  evaluation INTEGER REFERENCES evaluations(id),
  measurement INTEGER REFERENCES measurements(id),
  finished_at TEXT,
  UNIQUE (job, position)
)
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  created_at TEXT NOT NULL,
  finished_at TEXT
)
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
)
CREATE INDEX layer_tables_by_model ON layer_tables (model, backend, device)
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
, details TEXT NOT NULL DEFAULT '{}')
CREATE INDEX measurements_by_model ON measurements (model, bits)
CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
)
CREATE TABLE predictions (
  evaluation INTEGER PRIMARY KEY REFERENCES evaluations(id) ON DELETE CASCADE,
  classes BLOB NOT NULL,
  correct BLOB NOT NULL
)
