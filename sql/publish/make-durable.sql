-- Waits until all that was committed before is on disk.
SELECT pg_logical_emit_message(false, 'kith', '', true);
