-- Makes every row visible to all snapshots, however old: a REPEATABLE READ transaction that began before these rows and first reads the table
-- after the swap sees them, and so does one on a hot standby. Rows stay unfrozen while a transaction is open that may have an older snapshot;
-- is-frozen.sql tells. It is no waste: the first reader would have to rewrite every page for hint bits instead.
VACUUM (FREEZE, ANALYZE) kith_next.closest_connections;
