-- See freeze-closest-connections.sql.
VACUUM (FREEZE, ANALYZE) kith_next.rec_reasons;
