-- Who is suspended, from the file of users $path.
CREATE TABLE suspended AS
SELECT DISTINCT user_id
FROM read_parquet($path)
WHERE suspended = 1
