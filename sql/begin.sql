-- A transaction that may take as long as its work does: limits of the server or the role are for those who read.
BEGIN;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL transaction_timeout = 0;
