-- How many connections the reader may have; -1: any number.
SELECT rolconnlimit AS limit FROM pg_roles WHERE rolname = current_user;
