-- Creates Kith's schema.
CREATE SCHEMA kith;
