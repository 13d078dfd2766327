-- The distinct ages, in seconds, of the kept activities in a window ($window) before $asOf.
SELECT DISTINCT $asOf::BIGINT - instant AS age
FROM read_parquet($paths)
WHERE instant > $asOf::BIGINT - $window::BIGINT AND instant <= $asOf::BIGINT
