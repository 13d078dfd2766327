-- Up Migration

-- No staged row may lack anything. Their exact sums are checked where they come from (src/graph/recommend.ts), so units need not be kept.
ALTER TABLE kith_staging.closest_connections
  ALTER COLUMN user_id SET NOT NULL,
  ALTER COLUMN closest_connection SET NOT NULL,
  ALTER COLUMN weight SET NOT NULL,
  ALTER COLUMN rank SET NOT NULL;
ALTER TABLE kith_staging.recommendations
  DROP COLUMN units,
  ALTER COLUMN user_id SET NOT NULL,
  ALTER COLUMN rec_id SET NOT NULL,
  ALTER COLUMN score SET NOT NULL,
  ALTER COLUMN rank SET NOT NULL;
ALTER TABLE kith_staging.rec_reasons
  DROP COLUMN units,
  ALTER COLUMN user_id SET NOT NULL,
  ALTER COLUMN rec_id SET NOT NULL,
  ALTER COLUMN reason_id SET NOT NULL,
  ALTER COLUMN weight SET NOT NULL;

-- Down Migration

ALTER TABLE kith_staging.closest_connections
  ALTER COLUMN user_id DROP NOT NULL,
  ALTER COLUMN closest_connection DROP NOT NULL,
  ALTER COLUMN weight DROP NOT NULL,
  ALTER COLUMN rank DROP NOT NULL;
ALTER TABLE kith_staging.recommendations
  ADD COLUMN units bigint,
  ALTER COLUMN user_id DROP NOT NULL,
  ALTER COLUMN rec_id DROP NOT NULL,
  ALTER COLUMN score DROP NOT NULL,
  ALTER COLUMN rank DROP NOT NULL;
ALTER TABLE kith_staging.rec_reasons
  ADD COLUMN units bigint,
  ALTER COLUMN user_id DROP NOT NULL,
  ALTER COLUMN rec_id DROP NOT NULL,
  ALTER COLUMN reason_id DROP NOT NULL,
  ALTER COLUMN weight DROP NOT NULL;
