-- Everybody's candidates with their scores and marks. Terms of a candidate are added up where its user's lists were taken
-- apart. Nobody's number is limited, see circles/summed.sql.
CREATE TEMPORARY VIEW summed AS
SELECT user_id, other_id, sum(units) AS score, max(mark) AS mark, 0 AS source, false AS is_limited
FROM term
GROUP BY user_id, other_id
