-- See freeze-closest-connections.sql.
VACUUM (FREEZE, ANALYZE) kith_next.recommendations;
