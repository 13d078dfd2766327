-- KITH_ON_FAILURE was told of a run ($1 id).
UPDATE kith.runs SET told_at = now() WHERE id = $1;
