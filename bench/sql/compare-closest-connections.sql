-- Rows of Kith's table (the CSV file in the variable published) and of the yardstick's, those of Kith's that the other lacks, and one of them.
-- Kith's keys are unique: if the counts are equal and none is lacking, the tables are equal.
WITH kith AS (
  SELECT *
  FROM read_csv(
    getvariable('published'), header = false, auto_detect = false, delim = ',',
    columns = {'user_id': 'INTEGER', 'closest_connection': 'INTEGER', 'weight': 'VARCHAR', 'rank': 'INTEGER'}
  )
),
lacking AS (
  SELECT *
  FROM kith
  ANTI JOIN (
    SELECT source AS user_id, target AS closest_connection, decimal_weight(weight) AS weight,
      row_number() OVER (PARTITION BY source ORDER BY closest.weight DESC, target) AS rank
    FROM closest
  ) AS peer USING (user_id, closest_connection, weight, rank)
)
SELECT (SELECT count(*) FROM kith) AS kith, (SELECT count(*) FROM closest) AS peer, (SELECT count(*) FROM lacking) AS lacking,
  (SELECT min(lacking)::VARCHAR FROM lacking) AS example;
