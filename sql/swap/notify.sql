-- Tells whoever listens to kith_published, once the swap is committed ($1 the run's id, $2 its as-of, $3 to $5 rows by table).
SELECT pg_notify(
  'kith_published',
  jsonb_build_object(
    'run', $1::text, 'as_of', $2::timestamptz,
    'rows', jsonb_build_object('closest_connections', $3::bigint, 'recommendations', $4::bigint, 'rec_reasons', $5::bigint)
  )::text
);
