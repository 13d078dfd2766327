-- The closest connections of one's closest connections.
INSERT INTO list
SELECT $ranking, u, w, score, row_number() OVER (PARTITION BY u ORDER BY score DESC, w) AS place
FROM (
  SELECT near.u, far.v AS w, CAST(sum(far.s) AS BIGINT) AS score
  FROM closest AS near
  SEMI JOIN batch ON batch.u = near.u
  JOIN closest AS far ON far.u = near.v
  WHERE far.v <> near.u
  GROUP BY near.u, far.v
) AS candidate
ANTI JOIN excluded ON excluded.u = candidate.u AND excluded.w = candidate.w
SEMI JOIN catalogue ON catalogue.w = candidate.w
QUALIFY place <= 20
