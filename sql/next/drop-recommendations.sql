-- What an earlier attempt left.
DROP TABLE IF EXISTS kith_next.recommendations;
