-- As compare-closest-connections.sql.
WITH kith AS (
  SELECT *
  FROM read_csv(
    getvariable('published'), header = false, auto_detect = false, delim = ',',
    columns = {'user_id': 'INTEGER', 'rec_id': 'INTEGER', 'reason_id': 'INTEGER', 'weight': 'VARCHAR', 'source': 'VARCHAR'}
  )
),
lacking AS (
  SELECT *
  FROM kith
  ANTI JOIN (SELECT user_id, rec_id, reason_id, decimal_score(weight) AS weight, source FROM reasons) AS peer
    USING (user_id, rec_id, reason_id, weight, source)
)
SELECT (SELECT count(*) FROM kith) AS kith, (SELECT count(*) FROM reasons) AS peer, (SELECT count(*) FROM lacking) AS lacking,
  (SELECT min(lacking)::VARCHAR FROM lacking) AS example;
