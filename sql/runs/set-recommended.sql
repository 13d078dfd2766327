-- $1: the run whose recommendations and reasons are staged in full, or null while they are being staged.
UPDATE kith.progress SET recommended_run = $1;
