-- The instants of all activities of the file $path and the types $types, the suspended's too, in their order: what a cut is found by.
CREATE TABLE moment AS
SELECT instant
FROM read_parquet($path)
WHERE list_contains($types, type)
ORDER BY instant
