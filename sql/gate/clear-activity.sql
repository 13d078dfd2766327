-- Without it a transaction goes on seeing pg_stat_activity as it was when it first looked.
SELECT pg_stat_clear_snapshot();
