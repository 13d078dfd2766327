// The popular of circles: the 100 with whom most was done recently, of those who may be recommended (not hidden; good
// ones, where $filtered), and the share of each in 1e-7 of the first, as two parallel lists in one row, the most popular first,
// equal ones by lower id. What counts is receivedLately, or received if nobody was engaged with recently.
MATCH (w:User)
WHERE w.received > 0 AND w.hidden IS NULL AND NOT ($filtered AND coalesce(w.reputation < $minReputation, true))
WITH collect(w) AS candidates, max(w.receivedLately) AS mostLately, max(w.received) AS most
UNWIND candidates AS w
WITH
  w.userId AS id,
  CASE
    WHEN mostLately > 0 THEN coalesce(w.receivedLately, 0) / (mostLately / 10000000 + 1)
    ELSE w.received / (most / 10000000 + 1)
  END AS share
WHERE share > 0
ORDER BY share DESC, id
LIMIT 100
RETURN collect(id) AS popular, collect(share) AS popularShares
