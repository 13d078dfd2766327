-- Up Migration

-- Of which network's home these tables are: at most one row. It is written where Postgres is a server of somebody's own.
CREATE TABLE kith.network (
  id uuid NOT NULL,
  is_only boolean NOT NULL DEFAULT true UNIQUE CHECK (is_only)
);

-- Down Migration

DROP TABLE kith.network;
