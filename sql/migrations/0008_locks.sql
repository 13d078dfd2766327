-- Up Migration

-- What Kith locks instead of advisory locks, which every role can take. Only who may write to a table or view can lock it in a mode that
-- is in anybody's way. Each is a view of nothing: no VACUUM, ANALYZE or pg_dump ever waits for it, or has it locked.
CREATE VIEW kith.network_lock AS SELECT 'locked by a run, step or reset on this network' AS meaning;
CREATE VIEW kith.queue_lock AS SELECT 'locked by whoever decides which run is next' AS meaning;
CREATE VIEW kith.hook_lock AS SELECT 'locked by whoever calls KITH_ON_FAILURE' AS meaning;

-- Down Migration

DROP VIEW kith.network_lock, kith.queue_lock, kith.hook_lock;
