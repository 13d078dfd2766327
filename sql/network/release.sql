-- These tables are no network's any more.
DELETE FROM kith.network;
