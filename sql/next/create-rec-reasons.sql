-- The next rows of graph_recs.rec_reasons; see create-closest-connections.sql.
CREATE TABLE kith_next.:"next" (
  user_id :"id" NOT NULL,
  rec_id :"id" NOT NULL,
  reason_id :"id" NOT NULL,
  weight decimal NOT NULL,
  created_at timestamptz NOT NULL DEFAULT :'created',
  updated_at timestamptz NOT NULL DEFAULT :'start'
) WITH (autovacuum_enabled = false);
