-- Makes graph_recs.recommendations what the run found ($1: the run's start); see merge-closest-connections.sql.
MERGE INTO graph_recs.recommendations AS shown
USING kith_staging.recommendations AS staged
ON shown.user_id = staged.user_id AND shown.rec_id = staged.rec_id
WHEN MATCHED THEN
  UPDATE SET score = staged.score, rank = staged.rank, updated_at = $1
WHEN NOT MATCHED THEN
  INSERT (user_id, rec_id, created_at, updated_at, rank, score)
  VALUES (staged.user_id, staged.rec_id, $1, $1, staged.rank, staged.score)
WHEN NOT MATCHED BY SOURCE THEN
  DELETE;
