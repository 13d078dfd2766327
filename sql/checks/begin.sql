-- The checks name tables without a schema: they run on the published tables or on the next ones.
SET LOCAL search_path = :"schema";
SET LOCAL work_mem = '256MB';
