-- The network's lock: one run, step or reset at a time. It belongs to a transaction, so it also works through a
-- transaction pooler, and is released with the connection, however the process ends. 1802071144 is 'kith' in ASCII.
SELECT pg_try_advisory_xact_lock(1802071144) AS locked;
