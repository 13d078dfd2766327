-- Removes the limits of limit-session.sql from the connection.
RESET lock_timeout;
RESET statement_timeout;
