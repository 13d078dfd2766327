-- Days' folders in DuckDB: the first half of the yardstick of `npm run bench`; peer-second-degree.sql or peer-circles.sql makes the three
-- tables of them. Variables: the files by kind (follows, replies, likes, mentions, users: lists of paths).

-- Of a user's flags the latest folder's counts, and in one folder suspended wins.
CREATE TABLE flagged AS
SELECT user_id, max(flag) = '1' AS is_suspended
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
GROUP BY user_id;

CREATE TABLE suspended AS
SELECT user_id
FROM flagged
WHERE is_suspended;

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
);
