-- Up Migration

-- What computes a run.
ALTER TABLE kith.runs ADD COLUMN engine text NOT NULL DEFAULT 'neo4j';

-- Down Migration

ALTER TABLE kith.runs DROP COLUMN engine;
