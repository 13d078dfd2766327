// Terminates the transactions $ids, which rolls them back.
TERMINATE TRANSACTIONS $ids
YIELD transactionId, message
RETURN transactionId, message
