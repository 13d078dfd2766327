-- A transaction that may take as long as its work does: limits of the server or the role are meant for those who read. A snapshot a statement,
-- since COPY (FREEZE) refuses to run in a transaction that keeps one. Kith's own locks are held for moments, or not waited for; so whoever is
-- waited for longer is somebody else, such as a transaction that has changed a table and stays open.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = '10min';
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL transaction_timeout = 0;
