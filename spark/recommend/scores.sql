-- The run's list of scores, and whether each is high enough.
CREATE TEMPORARY VIEW scored (user_id BIGINT, is_good INT) USING csv OPTIONS (path '${spark.kith.scores}')
