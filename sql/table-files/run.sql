-- The run that the tables are of.
SELECT to_jsonb(published_run) AS run FROM graph_recs.published_run;
