-- Makes graph_recs.rec_reasons what the run found ($1: the run's start); see merge-closest-connections.sql.
MERGE INTO graph_recs.rec_reasons AS shown
USING kith_staging.rec_reasons AS staged
ON shown.user_id = staged.user_id AND shown.rec_id = staged.rec_id AND shown.reason_id = staged.reason_id
WHEN MATCHED THEN
  UPDATE SET weight = staged.weight, updated_at = $1
WHEN NOT MATCHED THEN
  INSERT (user_id, rec_id, reason_id, weight, created_at, updated_at)
  VALUES (staged.user_id, staged.rec_id, staged.reason_id, staged.weight, $1, $1)
WHEN NOT MATCHED BY SOURCE THEN
  DELETE;
