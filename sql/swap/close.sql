-- Closes the tables one after the other (close-table.sql) for a moment: whoever comes to read waits behind as long as this waits for each.
SET LOCAL lock_timeout = '100ms';
