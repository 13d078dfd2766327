-- What was made and not shown.
DROP TABLE IF EXISTS kith_next.closest_connections, kith_next.recommendations, kith_next.rec_reasons;
