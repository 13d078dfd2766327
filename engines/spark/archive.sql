-- What setup runs once, so that the classes are archived that Spark loads for statements like ours. Names stand for nothing.
CREATE TEMPORARY FUNCTION units_text(units BIGINT) RETURNS STRING
RETURN concat(units DIV 10, '.', lpad(CAST(units AS DECIMAL(20, 0)) * 10 % 10, 7, '0'));

CREATE TABLE edge USING parquet AS
SELECT DISTINCT id % 97 AS user_id, id % 89 AS other_id, id AS s, CAST(id % 3 AS INT) AS type FROM range(1000);

CREATE TEMPORARY VIEW kept USING parquet OPTIONS (path '${spark.kith.tables}/edge', pathGlobFilter '*.parquet');

CREATE TABLE marked USING parquet AS
SELECT user_id, max(other_id) FILTER (WHERE type = 1) AS other_id, input_file_name() AS file
FROM kept
WHERE type IN (1, 2)
GROUP BY user_id, input_file_name()
HAVING min(s) >= coalesce(max(s) FILTER (WHERE type = 2), -1L)
UNION
SELECT user_id, other_id, '' FROM kept WHERE type = 0;

CREATE TABLE closest USING parquet AS
SELECT user_id, other_id, s, rank
FROM (
  SELECT
    user_id,
    other_id,
    s,
    row_number() OVER (PARTITION BY user_id ORDER BY s DESC, other_id) AS rank,
    count(*) OVER (PARTITION BY user_id) AS n
  FROM (
    SELECT /*+ REPARTITION(user_id) */ user_id, other_id, sum(s) AS s
    FROM kept
    LEFT ANTI JOIN (SELECT user_id FROM marked WHERE other_id = 1) USING (user_id)
    WHERE s > 7
    GROUP BY user_id, other_id
  )
)
WHERE rank <= 50;

CREATE TABLE list USING parquet AS
SELECT closest.user_id AS via_id, collect_list(struct(closest.other_id, s, coalesce(type, 0) AS type)) AS entries
FROM closest
LEFT JOIN (SELECT DISTINCT user_id AS other_id, type FROM edge) USING (other_id)
GROUP BY closest.user_id;

CREATE TABLE candidate USING parquet AS
SELECT user_id, entry.other_id, sum(entry.s * 2 DIV 3) AS score, max(entry.type) AS type
FROM (
  SELECT user_id, entries FROM closest JOIN list ON via_id = other_id
  UNION ALL
  SELECT user_id, array(struct(other_id, 0L AS s, 1 AS type)) FROM marked
)
LATERAL VIEW explode(entries) AS entry
GROUP BY user_id, entry.other_id;

CREATE TABLE candidate_rows USING text AS
SELECT concat_ws('\t', user_id, other_id, units_text(score), CASE WHEN type > 1 THEN 'a' ELSE 'b' END)
FROM candidate
LEFT SEMI JOIN closest USING (user_id)
ORDER BY user_id, other_id;

CREATE TEMPORARY VIEW scored (row STRING) USING csv OPTIONS (path '${spark.kith.tables}/candidate_rows');

CREATE TABLE figures USING text AS
SELECT concat_ws('\t', users, rows)
FROM (SELECT count(*) AS users FROM closest WHERE user_id IN (SELECT user_id FROM marked)), (SELECT count_if(row > '5') AS rows FROM scored);
