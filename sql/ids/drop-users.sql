-- For ids that are texts no more.
CREATE OR REPLACE VIEW graph_recs.recommendations_with_reasons AS
SELECT user_id, rec_id, rank, score, source, reasons, created_at, updated_at
FROM graph_recs.recommendations AS recommended
CROSS JOIN LATERAL (
  SELECT jsonb_agg(
    jsonb_build_object('reason_id', reason_id, 'weight', weight, 'source', reason.source) ORDER BY weight DESC, reason_id
  ) AS reasons
  FROM graph_recs.rec_reasons AS reason
  WHERE reason.user_id = recommended.user_id AND reason.rec_id = recommended.rec_id
) AS because;
DROP TABLE graph_recs.users;
DROP TABLE kith.user_ids;
