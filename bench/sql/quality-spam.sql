-- How far the accounts from the id in the variable first_spammer on got, by ranking: the share of users with one of them on their list, of
-- all recommendations, and of users whose list begins with one.
SELECT
  ranking,
  count(DISTINCT u) FILTER (is_spam) / any_value(users) AS reached,
  count(*) FILTER (is_spam) / count(*) AS recommended,
  count(*) FILTER (is_spam AND place = 1) / any_value(users) AS first
FROM (
  SELECT *, w >= getvariable('first_spammer') AS is_spam, (SELECT count(*) FROM person) AS users
  FROM list
)
GROUP BY ranking
