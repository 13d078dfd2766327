-- Whether this session's role is a superuser, and what exists.
SELECT
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
  EXISTS (SELECT FROM pg_roles WHERE rolname = 'kith') AS "hasRole",
  EXISTS (SELECT FROM pg_database WHERE datname = 'kith') AS "hasDatabase";
