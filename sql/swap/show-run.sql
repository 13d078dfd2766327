-- Names the run that the tables are of from now on, under the lock of the view. Without an id there is none.
CREATE OR REPLACE VIEW graph_recs.published_run AS
SELECT
  :'run'::text AS run_id,
  :'as_of'::timestamptz AS as_of,
  :'start'::timestamptz AS updated_at,
  :'published'::timestamptz AS published_at,
  :'settings'::jsonb AS settings,
  :'filtered'::boolean AS filtered,
  nullif(:'model', '')::text AS model,
  :'closest'::bigint AS closest_rows,
  :'recommendations'::bigint AS recommendation_rows,
  :'reasons'::bigint AS reason_rows
WHERE :'run' <> '';
