-- A published table as CSV, with a header.
COPY (SELECT * FROM graph_recs.:"table") TO STDOUT (FORMAT csv, HEADER);
