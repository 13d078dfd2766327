-- Columns of the three tables that may be null. If all of them are NOT NULL, no row has to be read.
SELECT
  count(*) AS "whole keys",
  min(format('%s.%s, which may be null', attrelid::regclass, attname)) AS "whole keys example"
FROM pg_attribute
WHERE attrelid IN (:'closest_connections'::regclass, :'recommendations'::regclass, :'rec_reasons'::regclass)
  AND attname IN ('user_id', 'closest_connection', 'rec_id', 'reason_id', 'weight', 'rank', 'score', 'created_at', 'updated_at')
  AND NOT attisdropped
  AND NOT attnotnull;
