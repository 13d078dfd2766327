-- Which run's results lie in the graph and in kith_staging.
SELECT closest_run, recommended_run FROM kith.progress;
