-- Creates Kith's schema; the caller holds the lock of lock-tables.sql.
CREATE SCHEMA kith;
