-- $1: the run whose CLOSEST_TO is complete in the graph, or null while it is being written. What was recommended from an older one is void.
UPDATE kith.progress SET closest_run = $1, recommended_run = NULL;
