-- Up Migration

CREATE SCHEMA IF NOT EXISTS kith;

-- One row per run, whatever became of it.
CREATE TABLE kith.runs (
  id text PRIMARY KEY,
  as_of timestamptz NOT NULL,
  input text,
  -- What changes the numbers (window, decay, bases, reputation): only runs with equal settings are compared.
  settings jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'published', 'failed')),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  error text,
  summary jsonb NOT NULL DEFAULT '{}',
  -- Rows published, of the three tables.
  closest_rows bigint,
  recommendation_rows bigint,
  reason_rows bigint
);

CREATE INDEX runs_by_as_of ON kith.runs (as_of) WHERE status = 'published';

-- The one row that says which run's results lie in the graph and in kith_staging.
CREATE TABLE kith.progress (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- As of which instant and by which settings CLOSEST_TO was last computed in full; null while it is being changed.
  closest_run text,
  -- The run whose recommendations and reasons are staged in full.
  recommended_run text
);
INSERT INTO kith.progress DEFAULT VALUES;

-- A run's rows before they are checked and shown. No keys here: COPY is faster, and a double would stop the merge.
-- `units` are exact: thousandths of seconds (linear decay) or 1e-9 (exponential).
CREATE SCHEMA IF NOT EXISTS kith_staging;

CREATE TABLE kith_staging.closest_connections (
  user_id integer,
  closest_connection integer,
  weight decimal,
  rank integer
);

CREATE TABLE kith_staging.recommendations (
  user_id integer,
  rec_id integer,
  score decimal,
  rank integer,
  units bigint
);

CREATE TABLE kith_staging.rec_reasons (
  user_id integer,
  rec_id integer,
  reason_id integer,
  weight decimal,
  units bigint
);

-- Down Migration

DROP SCHEMA kith_staging CASCADE;
DROP SCHEMA kith CASCADE;
