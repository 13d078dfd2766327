-- For statements where the planner finds the best plan by itself.
SET LOCAL enable_hashagg = on;
SET LOCAL enable_hashjoin = on;
