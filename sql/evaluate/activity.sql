-- The activities of the file $path that count: of the types $types (their numbers), and neither from nor to somebody suspended.
CREATE TABLE activity AS
SELECT user_id, engaged_id, type, instant
FROM read_parquet($path) AS each
WHERE list_contains($types, type)
  AND NOT EXISTS (FROM suspended WHERE user_id = each.user_id)
  AND NOT EXISTS (FROM suspended WHERE user_id = each.engaged_id)
