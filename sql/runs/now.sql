-- The time by Postgres' clock, which is the only one for runs.
SELECT clock_timestamp() AS now;
