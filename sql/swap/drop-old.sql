-- The rows that a swap has put aside.
DROP TABLE IF EXISTS kith_old.closest_connections, kith_old.recommendations, kith_old.rec_reasons;
