-- The next rows of graph_recs.rec_reasons; see create-closest-connections.sql.
CREATE TABLE kith_next.:"next" (
  user_id integer NOT NULL,
  rec_id integer NOT NULL,
  reason_id integer NOT NULL,
  weight decimal NOT NULL,
  created_at timestamptz NOT NULL DEFAULT :'created',
  updated_at timestamptz NOT NULL DEFAULT :'start'
) WITH (autovacuum_enabled = false);
