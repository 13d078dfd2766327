-- How long whoever comes to read waits behind a migration that waits for a table.
SET lock_timeout = '100ms';
