-- The next rows of graph_recs.recommendations; see create-closest-connections.sql.
CREATE TABLE kith_next.:"next" (
  user_id :"id" NOT NULL,
  rec_id :"id" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT :'created',
  updated_at timestamptz NOT NULL DEFAULT :'start',
  rank integer NOT NULL,
  score decimal NOT NULL
) WITH (autovacuum_enabled = false);
