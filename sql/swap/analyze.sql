-- Joins of readers are planned by what is known of the published table itself, which nobody else looks at.
ANALYZE graph_recs.closest_connections;
ANALYZE graph_recs.recommendations;
ANALYZE graph_recs.rec_reasons;
