-- Only one process at a time creates Agenda's tables, since two concurrent CREATE … IF NOT EXISTS can fail. 1802071146
-- is the network's lock plus two.
SELECT pg_advisory_xact_lock(1802071146);
