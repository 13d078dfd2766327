-- The rows of an earlier next table, with created_at from the rows that are published now.
COPY (
  SELECT :columns, coalesce(shown.created_at, :'start'::timestamptz) AS created_at
  FROM kith_next.:"outdated"
  LEFT JOIN (SELECT :key, created_at FROM kith_shown.:"shown") AS shown USING (:key)
  ORDER BY :key
) TO STDOUT;
