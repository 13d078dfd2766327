-- How many users in the file $scores have another score than the share of their weeks in the file $weeks with at least the
-- threshold.
SELECT count(*)
FROM read_csv($scores, header = true, delim = ',', quote = '"', escape = '"', columns = {'user_id': 'VARCHAR', 'pred': 'DOUBLE'}) AS score
LEFT JOIN (
  SELECT user_id, count_if(probability >= $threshold) / count(*) AS pred
  FROM read_csv(
    $weeks, header = true, delim = ',', quote = '"', escape = '"', columns = {'user_id': 'VARCHAR', 'week': 'VARCHAR', 'probability': 'DECIMAL(7, 6)'}
  )
  GROUP BY user_id
) AS share USING (user_id)
WHERE share.pred IS DISTINCT FROM score.pred
