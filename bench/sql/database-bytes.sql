-- What Postgres keeps on disk, tables, indexes and all, without its log.
SELECT pg_database_size(current_database())::float8 AS bytes;
