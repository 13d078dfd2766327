-- A run ($1 id) keeps only these steps ($2 names) of those that it has begun; the others are begun anew.
DELETE FROM kith.run_steps WHERE run_id = $1 AND step <> ALL ($2);
