-- Everybody's closest connections of a next table, in key order, for the check of reasons.
COPY (
  SELECT user_id, closest_connection, weight, rank
  FROM kith_next.:"next"
  ORDER BY user_id, closest_connection
) TO STDOUT;
