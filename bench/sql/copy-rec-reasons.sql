-- What is published, as CSV.
COPY (SELECT user_id, rec_id, reason_id, weight, source FROM graph_recs.rec_reasons) TO STDOUT (FORMAT csv)
