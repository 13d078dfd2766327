-- One process at a time makes Agenda's tables where they are not there yet: CREATE … IF NOT EXISTS of two at once fails. 1802071146 is the
-- network's lock plus two.
SELECT pg_advisory_xact_lock(1802071146);
