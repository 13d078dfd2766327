-- The created_at of some users' published rows, in key order. Binary COPY takes 2.2 s of processor time for 8 million
-- rows, half of what text takes (docs/performance.md).
COPY (
  SELECT :key, created_at
  FROM kith_shown.:"shown"
  WHERE user_id >= :'first'::bigint AND user_id <= (:'end'::numeric - 1)::bigint
  ORDER BY :key
) TO STDOUT WITH (FORMAT binary);
