-- Makes Kith's schema; the caller holds lock-tables.sql.
CREATE SCHEMA kith;
