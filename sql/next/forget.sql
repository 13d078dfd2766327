-- Before a step of a run ($1) writes its tables ($2): next tables of other runs, and those of the run's earlier
-- attempts, can't be published any more.
DELETE FROM kith.next_tables WHERE run_id <> $1 OR name = ANY ($2::text[]);
