-- The checks' statements name tables without a schema: those of the run that is shown, or of one that is about to be.
SET LOCAL search_path = :"schema";
SET LOCAL work_mem = '256MB';
