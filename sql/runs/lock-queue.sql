-- Only one process at a time decides which run is next. 1802071145 is the network's lock plus one.
SELECT pg_advisory_xact_lock(1802071145);
