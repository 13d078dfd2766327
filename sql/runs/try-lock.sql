-- The network's lock: one run, step or reset at a time. Bound to a transaction, so that it works through a transaction
-- pooler too and goes with the connection, however its process ends. 1802071144 is 'kith' in ASCII.
SELECT pg_try_advisory_xact_lock(1802071144) AS locked;
