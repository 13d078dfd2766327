-- As compare-closest-connections.sql.
WITH kith AS (
  SELECT *
  FROM read_csv(
    getvariable('published'), header = false, auto_detect = false, delim = ',',
    columns = {'user_id': 'INTEGER', 'rec_id': 'INTEGER', 'score': 'VARCHAR', 'rank': 'INTEGER', 'source': 'VARCHAR'}
  )
),
lacking AS (
  SELECT *
  FROM kith
  ANTI JOIN (
    SELECT user_id, rec_id, decimal_score(score) AS score, source,
      row_number() OVER (PARTITION BY user_id ORDER BY recommendations.score DESC, rec_id) AS rank
    FROM recommendations
  ) AS peer USING (user_id, rec_id, score, rank, source)
)
SELECT (SELECT count(*) FROM kith) AS kith, (SELECT count(*) FROM recommendations) AS peer,
  (SELECT count(*) FROM lacking) AS lacking, (SELECT min(lacking)::VARCHAR FROM lacking) AS example;
