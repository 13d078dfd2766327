-- Up Migration

-- What the checks found in the rows of a next table while they were written; null: nobody has looked.
ALTER TABLE kith.next_tables ADD COLUMN findings jsonb;
-- The next table of closest connections that reasons were compared with.
ALTER TABLE kith.next_tables ADD COLUMN compared_with text;

-- Down Migration

ALTER TABLE kith.next_tables DROP COLUMN findings, DROP COLUMN compared_with;
