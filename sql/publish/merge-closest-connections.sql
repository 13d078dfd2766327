-- Makes graph_recs.closest_connections what the run found ($1: the run's start): rows that stand on keep created_at, rows that the run
-- does not confirm go. In place and in one transaction, so that a reader with an older snapshot goes on seeing the run before.
-- On 1M rows, three further runs: this 4–6.5 s; UPDATE + INSERT of the missing + DELETE of the rest 8.6–9.6 s; DELETE of all + INSERT 13–16 s.
MERGE INTO graph_recs.closest_connections AS shown
USING kith_staging.closest_connections AS staged
ON shown.user_id = staged.user_id AND shown.closest_connection = staged.closest_connection
WHEN MATCHED THEN
  UPDATE SET weight = staged.weight, rank = staged.rank, updated_at = $1
WHEN NOT MATCHED THEN
  INSERT (user_id, closest_connection, weight, created_at, updated_at, rank)
  VALUES (staged.user_id, staged.closest_connection, staged.weight, $1, $1, staged.rank)
WHEN NOT MATCHED BY SOURCE THEN
  DELETE;
