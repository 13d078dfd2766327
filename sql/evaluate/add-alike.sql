-- The shares of one part of the vias: all at once could be more pairs than there is room for.
INSERT INTO alike
SELECT v, w, num // den * 10000000 + num % den * 10000000 // den AS share
FROM (
  SELECT member.v, closest.v AS w, CAST(sum(b * vote) AS BIGINT) AS num
  FROM member
  JOIN closest ON closest.u = member.x
  WHERE member.v % $parts = $part
  GROUP BY member.v, closest.v
  QUALIFY row_number() OVER (PARTITION BY member.v ORDER BY num DESC, w) <= 50
)
JOIN mass USING (v)
