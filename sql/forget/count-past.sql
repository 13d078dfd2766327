-- How many past lists are of a user ($1) or name them.
SELECT (
  (SELECT count(*) FROM kith.past_recommendations WHERE user_id = $1::bigint OR $1 = ANY (rec_ids))
  + (SELECT count(*) FROM kith.past_lists WHERE $1 = ANY (popular))
)::float8 AS found;
