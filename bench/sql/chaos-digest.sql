-- Each table as two short texts: its values, and the as-of of the run since which each row stands.
WITH first_run AS (SELECT DISTINCT ON (started_at) started_at, as_of FROM kith.runs ORDER BY started_at)
SELECT 'closest_connections' AS name, count(*)::integer AS rows, count(DISTINCT updated_at)::integer AS runs,
  md5(string_agg(concat_ws(',', user_id, closest_connection, weight, rank), ';' ORDER BY user_id, closest_connection))
    AS values,
  md5(string_agg(coalesce(as_of::text, '-'), ';' ORDER BY user_id, closest_connection)) AS created
FROM graph_recs.closest_connections
LEFT JOIN first_run ON started_at = created_at
UNION ALL
SELECT 'recommendations', count(*)::integer, count(DISTINCT updated_at)::integer,
  md5(string_agg(concat_ws(',', user_id, rec_id, rank, score), ';' ORDER BY user_id, rec_id)),
  md5(string_agg(coalesce(as_of::text, '-'), ';' ORDER BY user_id, rec_id))
FROM graph_recs.recommendations
LEFT JOIN first_run ON started_at = created_at
UNION ALL
SELECT 'rec_reasons', count(*)::integer, count(DISTINCT updated_at)::integer,
  md5(string_agg(concat_ws(',', user_id, rec_id, reason_id, weight), ';' ORDER BY user_id, rec_id, reason_id)),
  md5(string_agg(coalesce(as_of::text, '-'), ';' ORDER BY user_id, rec_id, reason_id))
FROM graph_recs.rec_reasons
LEFT JOIN first_run ON started_at = created_at
ORDER BY name;
