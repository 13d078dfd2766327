// Transactions that may still write for an attempt at one of $steps before $token. A paused worker may have left one
// open, and nobody else would ever end it. A transaction that was terminated before its commit has lost its locks and
// can't commit, but stays listed until its client continues; one that was already committing keeps its locks until it
// is done.
SHOW TRANSACTIONS
YIELD transactionId, metaData, status, activeLockCount
WHERE metaData.kithStep IN $steps
  AND metaData.kithToken < $token
  AND NOT (status STARTS WITH 'Terminated' AND activeLockCount = 0)
RETURN collect(transactionId) AS ids
