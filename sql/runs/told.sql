-- Records that KITH_ON_FAILURE or KITH_ON_PUBLISHED was called for a run ($1 id).
UPDATE kith.runs SET told_at = clock_timestamp() WHERE id = $1;
