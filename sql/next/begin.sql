-- More memory for building indexes on millions of rows, which would otherwise be sorted in several passes.
SET LOCAL maintenance_work_mem = '192MB';
