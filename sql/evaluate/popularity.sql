-- Everybody who may be recommended by how much others engage with them: within the window (kind window), and in its last eighth (late).
CREATE OR REPLACE TABLE popularity AS
SELECT kind, w, value, row_number() OVER (PARTITION BY kind ORDER BY value DESC, w) AS place
FROM (
  SELECT v AS w, unnest(['window', 'late']) AS kind, unnest([CAST(sum(s) AS BIGINT), CAST(sum(h) AS BIGINT)]) AS value
  FROM edge
  SEMI JOIN catalogue ON catalogue.w = edge.v
  GROUP BY v
)
WHERE value > 0
