-- Run once, after 10-kith.sql: PgBouncer lets readers in by their own roles and passwords. It logs in as a role that may
-- only ask for the password (as Postgres keeps it) of one role that may read; not of Kith's, of a member of that, or of a
-- superuser, who is a member of all.
\getenv pool_password PGBOUNCER_PASSWORD
\connect kith
CREATE ROLE pgbouncer LOGIN PASSWORD :'pool_password';
CREATE SCHEMA pgbouncer;
CREATE FUNCTION pgbouncer.reader(wanted text) RETURNS TABLE (name text, secret text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT rolname::text, rolpassword
  FROM pg_authid
  WHERE rolname = wanted AND rolcanlogin AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
    AND NOT pg_has_role(oid, 'kith', 'MEMBER')
$$;
REVOKE ALL ON FUNCTION pgbouncer.reader(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA pgbouncer TO pgbouncer;
GRANT EXECUTE ON FUNCTION pgbouncer.reader(text) TO pgbouncer;
