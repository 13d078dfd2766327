-- KITH_ON_FAILURE was told of a run ($1 id).
UPDATE kith.runs SET told_at = clock_timestamp() WHERE id = $1;
