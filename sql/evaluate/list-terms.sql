-- The ranking that adds up the terms of some sources.
INSERT INTO list
SELECT $ranking, u, w, score, row_number() OVER (PARTITION BY u ORDER BY score DESC, w) AS place
FROM (
  SELECT u, w, CAST(sum(x) AS BIGINT) AS score
  FROM term
  WHERE list_contains($sources, source)
  GROUP BY u, w
  HAVING sum(x) > 0
) AS candidate
ANTI JOIN excluded ON excluded.u = candidate.u AND excluded.w = candidate.w
SEMI JOIN catalogue ON catalogue.w = candidate.w
QUALIFY place <= 20
