-- The network's lock as workers hold it: several steps of one run may run at a time, but no run, step or reset by hand.
SELECT pg_try_advisory_xact_lock_shared(1802071144) AS locked;
