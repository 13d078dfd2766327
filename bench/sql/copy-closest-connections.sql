-- What is published, as CSV.
COPY (SELECT user_id, closest_connection, weight, rank FROM graph_recs.closest_connections) TO STDOUT (FORMAT csv)
