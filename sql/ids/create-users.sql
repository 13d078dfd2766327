-- For ids that are texts: the text of every user who was ever named, and the published ones, which are replaced with the
-- other tables. Whoever may read recommendations may read these.
CREATE TABLE kith.user_ids (user_id bigint PRIMARY KEY, id text NOT NULL);

CREATE TABLE kith_shown.users (user_id bigint PRIMARY KEY, id text NOT NULL);
CREATE INDEX ON kith_shown.users (id);
CREATE TABLE graph_recs.users (LIKE kith_shown.users INCLUDING ALL EXCLUDING STATISTICS) PARTITION BY RANGE (user_id);
ALTER TABLE graph_recs.users ATTACH PARTITION kith_shown.users DEFAULT;
COMMENT ON TABLE graph_recs.users IS 'The ids of the users in the other tables, as the network has them';
COMMENT ON COLUMN graph_recs.users.user_id IS 'The number that stands for the user: the first 63 bits of the SHA-256 of the id';
COMMENT ON COLUMN graph_recs.users.id IS 'The id: a handle, a DID, a UUID';

CREATE OR REPLACE VIEW graph_recs.recommendations_with_reasons AS
SELECT user_id, rec_id, rank, score, source, reasons, created_at, updated_at
FROM graph_recs.recommendations AS recommended
CROSS JOIN LATERAL (
  SELECT jsonb_agg(
    jsonb_build_object('reason_id', reason_id, 'id', users.id, 'weight', weight, 'source', reason.source)
    ORDER BY weight DESC, reason_id
  ) AS reasons
  FROM graph_recs.rec_reasons AS reason
  JOIN graph_recs.users ON users.user_id = reason_id
  WHERE reason.user_id = recommended.user_id AND reason.rec_id = recommended.rec_id
) AS because;

DO $$
DECLARE
  privilege record;
BEGIN
  FOR privilege IN
    SELECT grantee, is_grantable
    FROM pg_class, aclexplode(relacl)
    WHERE oid = 'graph_recs.recommendations'::regclass AND grantee <> relowner AND privilege_type = 'SELECT'
  LOOP
    EXECUTE format(
      'GRANT SELECT ON graph_recs.users TO %s%s',
      CASE WHEN privilege.grantee = 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END,
      CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    );
  END LOOP;
END
$$;
