// Ends the transactions $ids and rolls them back.
TERMINATE TRANSACTIONS $ids
YIELD transactionId, message
RETURN transactionId, message
