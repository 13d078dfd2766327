-- Only one process at a time calls KITH_ON_FAILURE, once for each failed run. 1802071147 is the network's lock plus
-- three.
SELECT pg_try_advisory_xact_lock(1802071147) AS locked;
