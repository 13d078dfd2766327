-- The checks' statements name tables without a schema: here of the run that is shown.
SET LOCAL search_path = graph_recs;
SET LOCAL work_mem = '256MB';
