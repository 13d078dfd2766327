-- Up Migration

-- A run consists of steps: all of them, or those that were called by hand one after the other (then it is done without being published).
ALTER TABLE kith.runs ADD COLUMN steps text[] NOT NULL DEFAULT '{ingest,closest,reputation,recommend,publish}';
ALTER TABLE kith.runs ALTER COLUMN steps DROP DEFAULT;
ALTER TABLE kith.runs DROP CONSTRAINT runs_status_check;
ALTER TABLE kith.runs ADD CONSTRAINT runs_status_check CHECK (status IN ('queued', 'running', 'done', 'published', 'failed'));

-- When a scheduled run was due: it is queued once.
ALTER TABLE kith.runs ADD COLUMN due_at timestamptz;

-- Runs of the queue have queued_at, those that a person began have not. Which run's connections lie in the graph is told by the tokens of
-- kith.run_steps.
ALTER TABLE kith.runs DROP COLUMN conducted_by;
DROP TABLE kith.progress;

-- Down Migration

CREATE TABLE kith.progress (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  closest_run text,
  recommended_run text
);
INSERT INTO kith.progress DEFAULT VALUES;
ALTER TABLE kith.runs ADD COLUMN conducted_by text NOT NULL DEFAULT 'hand' CHECK (conducted_by IN ('hand', 'workers'));
UPDATE kith.runs SET conducted_by = 'workers' WHERE queued_at IS NOT NULL;
DELETE FROM kith.runs WHERE status = 'done';
ALTER TABLE kith.runs DROP COLUMN steps, DROP COLUMN due_at;
ALTER TABLE kith.runs DROP CONSTRAINT runs_status_check;
ALTER TABLE kith.runs ADD CONSTRAINT runs_status_check CHECK (status IN ('queued', 'running', 'published', 'failed'));
