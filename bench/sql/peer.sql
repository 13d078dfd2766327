-- The three tables in DuckDB's SQL, from days' folders to three CSV files: the yardstick of `npm run bench`. Variables: the files by kind
-- (follows, replies, likes, mentions, users: lists of paths), as_of (epoch seconds), out (a folder).
-- Linear decay, bases 1, window 90 days, no reputation. What it writes is not sorted, since nothing asks for it.

-- Of a user's flags the latest folder's counts, and in one folder suspended wins.
CREATE TABLE suspended AS
SELECT user_id
FROM (
  SELECT user_id, flag, rank() OVER (PARTITION BY user_id ORDER BY day DESC) AS place
  FROM (
    SELECT c0::INTEGER AS user_id, c11 AS flag, regexp_extract(filename, '(\d{8})[/\\][^/\\]*$', 1) AS day
    FROM read_csv(
      getvariable('users'), header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', filename = true,
      columns = {
        'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR', 'c3': 'VARCHAR', 'c4': 'VARCHAR', 'c5': 'VARCHAR',
        'c6': 'VARCHAR', 'c7': 'VARCHAR', 'c8': 'VARCHAR', 'c9': 'VARCHAR', 'c10': 'VARCHAR', 'c11': 'VARCHAR'
      }
    )
  )
)
WHERE place = 1
GROUP BY user_id
HAVING max(flag) = '1';

CREATE MACRO about_messages(files) AS TABLE
SELECT source, target, message, instant
FROM read_csv(
  files, header = false, auto_detect = false, delim = ',', quote = '', escape = '',
  columns = {'source': 'INTEGER', 'target': 'INTEGER', 'message': 'BIGINT', 'instant': 'TIMESTAMP', 'word': 'VARCHAR'}
);

CREATE TABLE activity AS
SELECT DISTINCT type, source, target, message, epoch(instant)::BIGINT AS instant
FROM (
  SELECT 'follow' AS type, source, target, NULL::BIGINT AS message, instant
  FROM read_csv(
    getvariable('follows'), header = false, auto_detect = false, delim = ',', quote = '', escape = '', null_padding = true,
    columns = {'source': 'INTEGER', 'target': 'INTEGER', 'instant': 'TIMESTAMP', 'word': 'VARCHAR'}
  )
  UNION ALL
  SELECT 'reply', * FROM about_messages(getvariable('replies'))
  UNION ALL
  SELECT 'like', * FROM about_messages(getvariable('likes'))
  UNION ALL
  SELECT 'mention', * FROM about_messages(getvariable('mentions'))
)
WHERE source <> target;

CREATE TABLE closest AS
WITH edge AS (
  SELECT source, target, sum(7776000 - (getvariable('as_of') - instant)) AS weight
  FROM activity
  WHERE instant > getvariable('as_of') - 7776000
    AND instant <= getvariable('as_of')
  GROUP BY source, target
)
SELECT source, target, weight
FROM edge
ANTI JOIN suspended AS doer ON doer.user_id = edge.source
ANTI JOIN suspended AS receiver ON receiver.user_id = edge.target
QUALIFY row_number() OVER (PARTITION BY source ORDER BY weight DESC, target) <= 50;

CREATE TABLE recommendations AS
WITH candidate AS (
  SELECT near.source AS user_id, far.target AS rec_id, sum(far.weight) AS score
  FROM closest AS near
  JOIN closest AS far ON far.source = near.target
  WHERE near.source <> far.target
  GROUP BY near.source, far.target
)
SELECT user_id, rec_id, score
FROM candidate
ANTI JOIN (
  SELECT DISTINCT source, target
  FROM activity
  WHERE type = 'follow'
    AND instant <= getvariable('as_of')
) AS followed
  ON followed.source = candidate.user_id AND followed.target = candidate.rec_id
QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY score DESC, rec_id) <= 20;

CREATE TABLE reasons AS
SELECT r.user_id, r.rec_id, near.target AS reason_id, far.weight
FROM recommendations AS r
JOIN closest AS near ON near.source = r.user_id
JOIN closest AS far ON far.source = near.target AND far.target = r.rec_id;

COPY (SELECT source, target, weight / 7776000.0 FROM closest) TO (getvariable('out') || '/closest.csv');
COPY (SELECT user_id, rec_id FROM recommendations) TO (getvariable('out') || '/recommendations.csv');
COPY (SELECT user_id, rec_id, reason_id, weight / 7776000.0 FROM reasons) TO (getvariable('out') || '/reasons.csv');
