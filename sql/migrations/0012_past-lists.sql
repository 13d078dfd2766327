-- Up Migration

-- What was recommended in the last days, to see what it comes to.
CREATE TABLE kith.past_lists (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL UNIQUE,
  as_of timestamptz NOT NULL,
  -- The most popular as of then, the same for everybody: the yardstick.
  popular integer[] NOT NULL
);

-- A user a row, the best recommendation first. No foreign key: it would be checked for every user.
CREATE TABLE kith.past_recommendations (
  list_id integer NOT NULL,
  user_id integer NOT NULL,
  rec_ids integer[] NOT NULL,
  PRIMARY KEY (list_id, user_id)
);

-- Down Migration

DROP TABLE kith.past_recommendations, kith.past_lists;
