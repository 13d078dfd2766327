-- Whether there is a role named $1, and whether it is a reader's.
SELECT pg_has_role(oid, 'kith_readers', 'MEMBER') AND rolname <> 'kith_readers' AND NOT rolsuper AND NOT rolcreaterole AS "isReader"
FROM pg_roles
WHERE rolname = $1;
