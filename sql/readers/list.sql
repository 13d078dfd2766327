-- The roles of readers: how many connections each may have and has.
SELECT
  member.rolname AS name,
  member.rolconnlimit AS "limit",
  (SELECT count(*)::integer FROM pg_stat_activity WHERE usesysid = member.oid) AS connections,
  (SELECT substr(setting, length('statement_timeout=') + 1) FROM unnest(member_settings) AS setting WHERE setting LIKE 'statement_timeout=%') AS timeout
FROM pg_auth_members
JOIN pg_roles AS member ON member.oid = pg_auth_members.member
LEFT JOIN LATERAL (SELECT setconfig AS member_settings FROM pg_db_role_setting WHERE setrole = member.oid AND setdatabase = 0) AS own ON true
WHERE roleid = to_regrole('kith_readers') AND member.rolcanlogin AND NOT member.rolcreaterole
ORDER BY name;
