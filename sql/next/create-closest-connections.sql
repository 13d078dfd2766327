-- The next rows of graph_recs.closest_connections, which no reader sees yet. Key and indexes are added once the rows
-- are in (indexes.sql). The columns are listed, because LIKE would keep the published table locked for the minutes that
-- the step takes. Nearly all rows share one created_at, and all share one updated_at: a default costs next to nothing,
-- while parsing 8 million timestamps takes 4 s. Autovacuum is off: it would get in the way of the swap and has nothing
-- to do, since the rows are frozen.
CREATE TABLE kith_next.:"next" (
  user_id :"id" NOT NULL,
  closest_connection :"id" NOT NULL,
  weight decimal NOT NULL,
  created_at timestamptz NOT NULL DEFAULT :'created',
  updated_at timestamptz NOT NULL DEFAULT :'start',
  rank integer NOT NULL
) WITH (autovacuum_enabled = false);
