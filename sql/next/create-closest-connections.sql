-- The next rows of graph_recs.closest_connections, seen by nobody yet; keys and indexes follow once they are there (indexes.sql). By columns rather
-- than LIKE, which would keep the published table locked for the minutes that a step takes. Nearly all rows have one created_at, and all
-- one updated_at: a default costs next to nothing, where 8 million timestamps take 4 s to parse. Autovacuum stays away, because it would be in the
-- way of the swap and has nothing to do: the rows are frozen.
CREATE TABLE kith_next.:"next" (
  user_id integer NOT NULL,
  closest_connection integer NOT NULL,
  weight decimal NOT NULL,
  created_at timestamptz NOT NULL DEFAULT :'created',
  updated_at timestamptz NOT NULL DEFAULT :'start',
  rank integer NOT NULL
) WITH (autovacuum_enabled = false);
