-- The truth: with whom users engage after the cut, up to $end, who were no partner of theirs before.
CREATE OR REPLACE TABLE new_partner AS
SELECT DISTINCT user_id AS u, engaged_id AS v
FROM activity
ANTI JOIN pair ON pair.u = activity.user_id AND pair.v = activity.engaged_id
WHERE instant > $cut
  AND instant <= $end
