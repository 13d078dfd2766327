-- Up Migration

-- What the person who began a run allows it to do, such as going back to an earlier as-of.
ALTER TABLE kith.runs ADD COLUMN allowed text[] NOT NULL DEFAULT '{}';
-- The newest activity of the folder that a run has loaded.
ALTER TABLE kith.runs ADD COLUMN newest_activity timestamptz;

-- Down Migration

ALTER TABLE kith.runs DROP COLUMN allowed, DROP COLUMN newest_activity;
