-- Up Migration

-- What applications read. The columns of product.md come first and are a contract; `rank` and `score` follow them.
-- A run rewrites every row (updated_at moves), so half of each page is left free: the new version of a row fits beside
-- the old one and no index has to be touched (a HOT update; 97 % of the updates of a second run).
CREATE SCHEMA IF NOT EXISTS graph_recs;

CREATE TABLE graph_recs.closest_connections (
  user_id integer NOT NULL,
  closest_connection integer NOT NULL,
  weight decimal NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  rank integer NOT NULL,
  PRIMARY KEY (user_id, closest_connection)
) WITH (fillfactor = 50);

CREATE TABLE graph_recs.recommendations (
  user_id integer NOT NULL,
  rec_id integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  rank integer NOT NULL,
  score decimal NOT NULL,
  PRIMARY KEY (user_id, rec_id)
) WITH (fillfactor = 50);

CREATE TABLE graph_recs.rec_reasons (
  user_id integer NOT NULL,
  rec_id integer NOT NULL,
  reason_id integer NOT NULL,
  weight decimal NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, rec_id, reason_id)
) WITH (fillfactor = 50);

COMMENT ON TABLE graph_recs.closest_connections IS 'Whom each user is closest to: at most 50 a user, as of the last published run';
COMMENT ON TABLE graph_recs.recommendations IS 'Whom each user should follow next: at most 20 a user, as of the last published run';
COMMENT ON TABLE graph_recs.rec_reasons IS 'Because of whom: each reason is one of the user''s closest connections, and the weights of a recommendation''s reasons sum to its score';
COMMENT ON COLUMN graph_recs.closest_connections.updated_at IS 'Start of the last published run; the same in all three tables';
COMMENT ON COLUMN graph_recs.closest_connections.created_at IS 'updated_at of the first run since which the row has stood without a gap';

-- Down Migration

DROP TABLE graph_recs.rec_reasons, graph_recs.recommendations, graph_recs.closest_connections;
