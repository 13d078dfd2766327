-- The connection is like any other again.
RESET lock_timeout;
