SELECT (SELECT count(*) FROM unscored), (SELECT count(*) FROM user_week)
