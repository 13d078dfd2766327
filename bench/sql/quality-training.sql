-- What a baseline learns from: who engaged with whom up to the cut, how strongly (the decayed weight, and how often). Variable: path.
COPY (
  SELECT pair.u, pair.v, pair.activities, coalesce(edge.s, 0) AS weight
  FROM pair
  LEFT JOIN edge USING (u, v)
  ORDER BY pair.u, pair.v
) TO (getvariable('path')) (HEADER)
