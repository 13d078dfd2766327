-- Records that an attempt ended without an error of its own ($1 run, $2 step, $3 token, $4 why: null means that its
-- worker was stopped). It may be retried in $5 milliseconds; $6 says whether it counts as an attempt.
UPDATE kith.run_steps
SET status = 'waiting', finished_at = clock_timestamp(), error = $4, retry_at = clock_timestamp() + $5::float8 * interval '1 ms',
  attempts = attempts - (NOT $6::boolean)::integer
WHERE run_id = $1 AND step = $2 AND token = $3 AND status = 'running'
RETURNING step;
