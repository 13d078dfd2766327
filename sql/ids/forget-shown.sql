-- Removes the published text of a user ($1).
DELETE FROM graph_recs.users WHERE user_id = $1;
