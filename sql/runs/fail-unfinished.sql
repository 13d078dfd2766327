-- Runs that a crash left behind: called by whoever holds the network's lock, so none of them is still at work.
UPDATE kith.runs
SET status = 'failed', finished_at = now(), error = 'The run was broken off.'
WHERE status = 'running';
