-- Up Migration

-- Where each recommendation and each reason comes from, as the run's ranking names it. A constant default is kept once
-- for the whole table, so that no row is written again.
ALTER TABLE graph_recs.recommendations ADD COLUMN source text NOT NULL DEFAULT 'second-degree';
ALTER TABLE graph_recs.rec_reasons ADD COLUMN source text NOT NULL DEFAULT 'second-degree';

COMMENT ON TABLE graph_recs.rec_reasons IS 'Because of whom: a closest connection of the user (ranking second-degree), one of the user''s ties or the recommended user (ranking circles); the weights of a recommendation''s reasons sum to its score';
COMMENT ON COLUMN graph_recs.recommendations.source IS 'Where the largest share of the score comes from: second-degree, circle, popular or engages-with-you';
COMMENT ON COLUMN graph_recs.rec_reasons.source IS 'Where the weight comes from: second-degree, circle, popular or engages-with-you; several are joined by +, in this order';

-- A next table of before lacks the column. Its run makes it again.
DELETE FROM kith.next_tables;

-- What weighs activities is called weighting now, and a run has a ranking.
UPDATE kith.runs
SET settings = settings - 'ranking' || jsonb_build_object(
  'weighting', settings -> 'ranking', 'ranking', 'second-degree', 'recommendEngaged', true
);

-- Down Migration

UPDATE kith.runs
SET settings = settings - 'weighting' - 'recommendEngaged' - 'popularAtMost' || jsonb_build_object('ranking', settings -> 'weighting');
COMMENT ON TABLE graph_recs.rec_reasons IS 'Because of whom: each reason is one of the user''s closest connections, and the weights of a recommendation''s reasons sum to its score';
DELETE FROM kith.next_tables;
ALTER TABLE graph_recs.rec_reasons DROP COLUMN source;
ALTER TABLE graph_recs.recommendations DROP COLUMN source;
