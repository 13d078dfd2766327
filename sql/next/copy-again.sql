-- The rows of a table that was made before, with the created_at of those that are shown now.
COPY (
  SELECT :columns, coalesce(shown.created_at, :'start'::timestamptz) AS created_at
  FROM kith_next.:"outdated"
  LEFT JOIN (SELECT :key, created_at FROM kith_shown.:"shown") AS shown USING (:key)
  ORDER BY :key
) TO STDOUT;
