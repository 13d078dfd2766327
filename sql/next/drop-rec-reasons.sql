-- What an earlier attempt left.
DROP TABLE IF EXISTS kith_next.rec_reasons;
