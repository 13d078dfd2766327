-- Before a step of a run ($1) writes its tables ($2): what was made for other runs can't be published any more, nor what an earlier attempt made.
DELETE FROM kith.next_tables WHERE run_id <> $1 OR name = ANY ($2::text[]);
