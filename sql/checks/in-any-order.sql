-- For statements that the planner knows best how to do.
SET LOCAL enable_hashagg = on;
SET LOCAL enable_hashjoin = on;
