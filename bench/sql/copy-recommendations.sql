-- What is published, as CSV.
COPY (SELECT user_id, rec_id, score, rank, source FROM graph_recs.recommendations) TO STDOUT (FORMAT csv)
