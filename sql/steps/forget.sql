-- Steps of a run ($1 id, $2 names) have to be done again.
DELETE FROM kith.run_steps WHERE run_id = $1 AND step = ANY ($2);
