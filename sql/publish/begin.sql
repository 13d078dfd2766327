-- The publishing transaction. READ COMMITTED, so that SERIALIZABLE readers never fail because of it; timeouts of the server's
-- own would end it while it waits for readers. COMMIT does not wait for the disk, because a COPY or EXECUTE that arrives
-- meanwhile has an older snapshot than its transaction's next statement; make-durable.sql does, right after.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL transaction_timeout = 0;
SET LOCAL synchronous_commit = off;
-- Merge and checks join and group millions of rows: in 32 MB they spill to disk several times.
SET LOCAL work_mem = '256MB';
