-- Up Migration

-- Runs may wait for their turn, and workers may do them.
ALTER TABLE kith.runs DROP CONSTRAINT runs_status_check;
ALTER TABLE kith.runs ADD CONSTRAINT runs_status_check CHECK (status IN ('queued', 'running', 'published', 'failed'));
ALTER TABLE kith.runs ADD COLUMN conducted_by text NOT NULL DEFAULT 'hand' CHECK (conducted_by IN ('hand', 'workers'));
ALTER TABLE kith.runs ADD COLUMN queued_at timestamptz;
-- What the list of scores is made from: {"kind": "list" | "model", "place"}; null is none.
ALTER TABLE kith.runs ADD COLUMN scores jsonb;
-- What the day's folder held when it was loaded: another attempt must find the same.
ALTER TABLE kith.runs ADD COLUMN input_version text;
-- When KITH_ON_FAILURE was told.
ALTER TABLE kith.runs ADD COLUMN told_at timestamptz;

-- Where each step of a run stands. The row is written after the step's effect, so every step may be done again.
CREATE TABLE kith.run_steps (
  run_id text NOT NULL REFERENCES kith.runs ON DELETE CASCADE,
  step text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'waiting', 'done', 'failed')),
  -- How often it was begun; how often it ended with an error rather than with its process.
  attempts integer NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  -- Of the attempt that may write: every later one has a larger number, in all runs.
  token bigint NOT NULL,
  worker text,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  retry_at timestamptz,
  rows bigint,
  error text,
  summary jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (run_id, step)
);
-- Milliseconds to begin with, so that a new database's numbers are larger than those that the graph may know of an older one.
CREATE SEQUENCE kith.step_token;
SELECT setval('kith.step_token', (extract(epoch FROM clock_timestamp()) * 1000)::bigint);

-- Down Migration

DROP TABLE kith.run_steps;
DROP SEQUENCE kith.step_token;
DELETE FROM kith.runs WHERE status = 'queued';
ALTER TABLE kith.runs DROP COLUMN conducted_by, DROP COLUMN queued_at, DROP COLUMN scores, DROP COLUMN input_version,
  DROP COLUMN told_at;
ALTER TABLE kith.runs DROP CONSTRAINT runs_status_check;
ALTER TABLE kith.runs ADD CONSTRAINT runs_status_check CHECK (status IN ('running', 'published', 'failed'));
