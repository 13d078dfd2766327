-- Everybody for whom there is something to show.
SELECT array_agg(user_id ORDER BY user_id) AS users
FROM (SELECT DISTINCT user_id FROM graph_recs.closest_connections) AS everybody;
