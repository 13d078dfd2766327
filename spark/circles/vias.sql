-- Through whom people are recommended: one's first ten ties.
CREATE TEMPORARY VIEW via AS SELECT user_id, other_id AS via_id, least(n, 10) AS n FROM tie WHERE rank <= 10
