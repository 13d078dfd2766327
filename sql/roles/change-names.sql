-- The heir becomes the role kith, which is no superuser and may do what create.sql says; the superuser becomes
-- kith_admin, with a password of its own. Nobody can rename the role of their own session, hence the changes of role.
BEGIN;
DO $$
DECLARE
  other record;
BEGIN
  -- Whoever is a member of the superuser becomes one of the heir, who may administer all other roles.
  FOR other IN
    SELECT member::regrole AS name FROM pg_auth_members WHERE roleid = 'kith'::regrole AND member <> 'kith_heir'::regrole
  LOOP
    EXECUTE format('REVOKE kith FROM %s CASCADE', other.name);
    EXECUTE format('GRANT kith_heir TO %s', other.name);
  END LOOP;
  FOR other IN
    SELECT oid::regrole AS name FROM pg_roles
    WHERE NOT rolsuper AND oid >= 16384 AND rolname <> 'kith_heir' AND NOT pg_has_role(oid, 'kith_heir', 'MEMBER')
  LOOP
    EXECUTE format('GRANT %s TO kith_heir WITH ADMIN TRUE, INHERIT TRUE, SET TRUE', other.name);
  END LOOP;
END
$$;
ALTER ROLE kith_heir SUPERUSER;
SET LOCAL SESSION AUTHORIZATION kith_heir;
ALTER ROLE kith RENAME TO kith_admin;
SET LOCAL SESSION AUTHORIZATION kith_admin;
DO $$
BEGIN
  EXECUTE format('ALTER ROLE kith_admin PASSWORD %L', current_setting('kith.admin_password'));
  EXECUTE format('ALTER ROLE kith_heir NOSUPERUSER LOGIN CREATEDB CREATEROLE PASSWORD %L', current_setting('kith.password'));
END
$$;
ALTER ROLE kith_heir RENAME TO kith;
ALTER ROLE kith SET createrole_self_grant = 'set, inherit';
GRANT pg_use_reserved_connections TO kith;
COMMIT;
