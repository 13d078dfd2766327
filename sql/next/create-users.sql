-- The next rows of graph_recs.users; see create-closest-connections.sql.
CREATE TABLE kith_next.:"next" (
  user_id bigint NOT NULL,
  id text NOT NULL
) WITH (autovacuum_enabled = false);
