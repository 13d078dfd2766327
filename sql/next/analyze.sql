-- Collects the planner's statistics, for the checks and for readers.
ANALYZE kith_next.:"next";
