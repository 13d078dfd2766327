-- Who has engaged with whom up to the cut, how often, and whether it was (also) by a follow.
CREATE OR REPLACE TABLE pair AS
SELECT user_id AS u, engaged_id AS v, count(*) AS activities, bool_or(type = 0) AS followed
FROM activity
WHERE instant <= $cut
GROUP BY user_id, engaged_id
