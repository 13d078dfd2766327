-- What the planner has to know, for the checks and for readers.
ANALYZE kith_next.:"next";
