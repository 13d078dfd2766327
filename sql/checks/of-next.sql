-- The checks' statements name tables without a schema: here of the run that is about to be shown.
SET LOCAL search_path = kith_next;
SET LOCAL work_mem = '256MB';
