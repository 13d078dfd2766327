-- Removes deleted rows from where they lay, and ids from the planner's statistics.
VACUUM (ANALYZE, TRUNCATE false)
  graph_recs.closest_connections, graph_recs.recommendations, graph_recs.rec_reasons,
  kith.past_lists, kith.past_recommendations, kith.runs, kith.run_steps
