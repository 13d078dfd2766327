-- Up Migration

-- What readers need beside the three tables. The run is in the text of a view: a publish replaces that with the tables, and like their
-- rows it is then seen by older snapshots, too, so that nobody is told of another run than the rows are of.
CREATE VIEW graph_recs.published_run AS
SELECT
  ''::text AS run_id, now() AS as_of, now() AS updated_at, now() AS published_at, '{}'::jsonb AS settings, false AS filtered,
  ''::text AS model, 0::bigint AS closest_rows, 0::bigint AS recommendation_rows, 0::bigint AS reason_rows
WHERE false;

DO $$
DECLARE
  run record;
BEGIN
  FOR run IN SELECT * FROM kith.runs WHERE status = 'published' ORDER BY finished_at DESC LIMIT 1 LOOP
    EXECUTE format(
      'CREATE OR REPLACE VIEW graph_recs.published_run AS SELECT %L::text AS run_id, %L::timestamptz AS as_of, '
        '%L::timestamptz AS updated_at, %L::timestamptz AS published_at, %L::jsonb AS settings, %L::boolean AS filtered, '
        '%L::text AS model, %L::bigint AS closest_rows, %L::bigint AS recommendation_rows, %L::bigint AS reason_rows',
      run.id, run.as_of, run.started_at, run.finished_at, run.settings, run.settings ->> 'reputation' = 'list',
      CASE WHEN run.scores ->> 'kind' = 'model' THEN run.scores ->> 'place' END,
      run.closest_rows, run.recommendation_rows, run.reason_rows
    );
  END LOOP;
END
$$;

CREATE VIEW graph_recs.recommendations_with_reasons AS
SELECT user_id, rec_id, rank, score, source, reasons, created_at, updated_at
FROM graph_recs.recommendations AS recommended
CROSS JOIN LATERAL (
  SELECT jsonb_agg(
    jsonb_build_object('reason_id', reason_id, 'weight', weight, 'source', reason.source) ORDER BY weight DESC, reason_id
  ) AS reasons
  FROM graph_recs.rec_reasons AS reason
  WHERE reason.user_id = recommended.user_id AND reason.rec_id = recommended.rec_id
) AS because;

-- To whom somebody is recommended.
CREATE INDEX ON graph_recs.recommendations (rec_id);

COMMENT ON COLUMN graph_recs.closest_connections.user_id IS 'The user';
COMMENT ON COLUMN graph_recs.closest_connections.closest_connection IS 'Whom the user is close to';
COMMENT ON COLUMN graph_recs.closest_connections.weight IS 'How close: what the user did towards them in the window, recent activities counting more; 12 decimals';
COMMENT ON COLUMN graph_recs.closest_connections.rank IS '1 is the closest';
COMMENT ON COLUMN graph_recs.recommendations.user_id IS 'The user';
COMMENT ON COLUMN graph_recs.recommendations.rec_id IS 'Whom the user should follow';
COMMENT ON COLUMN graph_recs.recommendations.rank IS '1 is the best';
COMMENT ON COLUMN graph_recs.recommendations.score IS 'The sum of the weights of the reasons';
COMMENT ON COLUMN graph_recs.recommendations.updated_at IS 'Start of the last published run; the same in all three tables';
COMMENT ON COLUMN graph_recs.recommendations.created_at IS 'updated_at of the first run since which the row has stood without a gap';
COMMENT ON COLUMN graph_recs.rec_reasons.user_id IS 'The user';
COMMENT ON COLUMN graph_recs.rec_reasons.rec_id IS 'Whom the user should follow';
COMMENT ON COLUMN graph_recs.rec_reasons.reason_id IS 'Because of whom';
COMMENT ON COLUMN graph_recs.rec_reasons.weight IS 'What this reason adds to the score';
COMMENT ON COLUMN graph_recs.rec_reasons.updated_at IS 'Start of the last published run; the same in all three tables';
COMMENT ON COLUMN graph_recs.rec_reasons.created_at IS 'updated_at of the first run since which the row has stood without a gap';
COMMENT ON VIEW graph_recs.published_run IS 'The run that the tables are of, in one row; none before the first publish. NOTIFY kith_published tells of each publish';
COMMENT ON COLUMN graph_recs.published_run.run_id IS 'The run, as kith runs lists it';
COMMENT ON COLUMN graph_recs.published_run.as_of IS 'The instant as of which weights were computed';
COMMENT ON COLUMN graph_recs.published_run.updated_at IS 'Start of the run: updated_at of all its rows';
COMMENT ON COLUMN graph_recs.published_run.published_at IS 'When its rows were shown';
COMMENT ON COLUMN graph_recs.published_run.settings IS 'The settings that change the numbers';
COMMENT ON COLUMN graph_recs.published_run.filtered IS 'Whether only users of good reputation are recommended';
COMMENT ON COLUMN graph_recs.published_run.model IS 'The model that scored users; null if none did';
COMMENT ON COLUMN graph_recs.published_run.closest_rows IS 'Rows of closest_connections';
COMMENT ON COLUMN graph_recs.published_run.recommendation_rows IS 'Rows of recommendations';
COMMENT ON COLUMN graph_recs.published_run.reason_rows IS 'Rows of rec_reasons';
COMMENT ON VIEW graph_recs.recommendations_with_reasons IS 'Recommendations, each with its reasons as JSON, the heaviest first';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.user_id IS 'The user';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.rec_id IS 'Whom the user should follow';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.rank IS '1 is the best';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.score IS 'The sum of the weights of the reasons';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.source IS 'Where the largest share of the score comes from';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.reasons IS 'A list of {"reason_id", "weight", "source"}; weights are numbers of up to 12 decimals';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.created_at IS 'updated_at of the first run since which the recommendation has stood without a gap';
COMMENT ON COLUMN graph_recs.recommendations_with_reasons.updated_at IS 'Start of the last published run';

-- Down Migration

DROP VIEW graph_recs.recommendations_with_reasons, graph_recs.published_run;
DROP INDEX graph_recs.recommendations_rec_id_idx;
