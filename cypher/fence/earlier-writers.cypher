// Transactions under way that write for an earlier attempt at one of $steps than $token. They may be of a worker that was paused: nobody
// else would ever end them.
SHOW TRANSACTIONS
YIELD transactionId, metaData
WHERE metaData.kithStep IN $steps AND metaData.kithToken < $token
RETURN collect(transactionId) AS ids
