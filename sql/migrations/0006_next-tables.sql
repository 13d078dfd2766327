-- Up Migration

-- Steps write the rows of a run as whole tables into kith_next, and a publish puts them in the place of the shown ones: nothing is staged, merged
-- in place or put aside any more. What was staged and not published yet is computed again.
DROP SCHEMA kith_staging CASCADE;
DROP SCHEMA kith_old CASCADE;
DROP SCHEMA kith_next CASCADE;
CREATE SCHEMA kith_next;

-- The tables of kith_next that are whole and may still be published.
DROP TABLE kith.next_tables;
CREATE TABLE kith.next_tables (
  -- Of the published table.
  name text PRIMARY KEY,
  run_id text NOT NULL,
  next_table text NOT NULL,
  -- The partition of kith_shown whose created_at its rows have.
  shown_table text NOT NULL,
  rows bigint NOT NULL
);

UPDATE kith.progress SET closest_run = NULL, recommended_run = NULL;
DELETE FROM kith.run_steps
USING kith.runs
WHERE run_id = id AND runs.status = 'running' AND step IN ('closest', 'recommend', 'publish');

-- Down Migration

DROP TABLE kith.next_tables;
CREATE TABLE kith.next_tables (
  name text PRIMARY KEY,
  run_started timestamptz NOT NULL,
  staged_file oid NOT NULL
);
DROP SCHEMA kith_next CASCADE;
CREATE SCHEMA kith_next;
CREATE SCHEMA kith_old;
CREATE SCHEMA kith_staging;
CREATE TABLE kith_staging.closest_connections (
  user_id integer NOT NULL,
  closest_connection integer NOT NULL,
  weight decimal NOT NULL,
  rank integer NOT NULL
);
CREATE TABLE kith_staging.recommendations (
  user_id integer NOT NULL,
  rec_id integer NOT NULL,
  score decimal NOT NULL,
  rank integer NOT NULL
);
CREATE TABLE kith_staging.rec_reasons (
  user_id integer NOT NULL,
  rec_id integer NOT NULL,
  reason_id integer NOT NULL,
  weight decimal NOT NULL
);
UPDATE kith.progress SET closest_run = NULL, recommended_run = NULL;
