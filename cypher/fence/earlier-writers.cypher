// Transactions that may still write for an attempt at one of $steps before $token. A worker may have been paused in the middle: nobody else
// would ever end them. One that was terminated before its commit has lost its locks and can't commit any more, but stays listed until
// its client goes on; one that was in the middle of its commit keeps its locks until it is committed.
SHOW TRANSACTIONS
YIELD transactionId, metaData, status, activeLockCount
WHERE metaData.kithStep IN $steps
  AND metaData.kithToken < $token
  AND NOT (status STARTS WITH 'Terminated' AND activeLockCount = 0)
RETURN collect(transactionId) AS ids
