-- Emptied in the transaction that fills it: with wal_level=minimal nothing of the COPY has to be written twice.
TRUNCATE kith_staging.closest_connections;
