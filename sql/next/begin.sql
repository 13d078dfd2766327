-- For the indexes of millions of rows, which are sorted several times over in less memory.
SET LOCAL maintenance_work_mem = '512MB';
