-- How many published texts of a user ($1) there are.
SELECT count(*)::float8 AS found FROM graph_recs.users WHERE user_id = $1;
