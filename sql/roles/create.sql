-- Creates the role that Kith works as. It may create databases and roles; as those that it creates it may act, which
-- ending their transactions takes. It keeps some connections when readers have used up all others.
DO $$
BEGIN
  EXECUTE format('CREATE ROLE kith LOGIN CREATEDB CREATEROLE PASSWORD %L', current_setting('kith.password'));
  ALTER ROLE kith SET createrole_self_grant = 'set, inherit';
  GRANT pg_use_reserved_connections TO kith;
END
$$;
