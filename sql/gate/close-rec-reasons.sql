-- Closes the table to readers: this waits in its lock queue, and who comes later waits behind. The lock itself is of no use,
-- so it is given back in the same message: no word from Kith is needed for the readers to go on. See src/export/reader-gate.ts.
LOCK TABLE graph_recs.rec_reasons IN ACCESS EXCLUSIVE MODE;
ROLLBACK;
