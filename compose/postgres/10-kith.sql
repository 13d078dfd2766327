-- Run once by the image of Postgres, as its superuser, when the volume is new: the role that Kith works as, which is no
-- superuser, and its database. It may create the readers' roles, and end what those do.
\getenv kith_password KITH_PASSWORD
CREATE ROLE kith LOGIN CREATEROLE PASSWORD :'kith_password';
ALTER ROLE kith SET createrole_self_grant = 'set, inherit';
GRANT pg_use_reserved_connections TO kith;
CREATE DATABASE kith OWNER kith;
