-- How long readers wait at most behind a migration that is waiting for a table.
SET lock_timeout = '100ms';
SET statement_timeout = 0;
