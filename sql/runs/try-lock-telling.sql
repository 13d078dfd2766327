-- One process at a time tells of failed runs, each of them once. 1802071147 is the network's lock plus three.
SELECT pg_try_advisory_xact_lock(1802071147) AS locked;
