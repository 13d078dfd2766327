-- Removes deleted texts from where they lay, and from the planner's statistics.
VACUUM (ANALYZE, TRUNCATE false) graph_recs.users, kith.user_ids
