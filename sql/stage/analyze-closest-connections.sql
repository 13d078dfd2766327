-- Without statistics of the fresh rows the merge and the checks are planned for an empty table.
ANALYZE kith_staging.closest_connections;
