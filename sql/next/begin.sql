-- Before a table is filled. Joins and indexes of millions of rows spill to disk several times in less memory.
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL enable_nestloop = off;
