-- Ends the connections that hold the row of a step ($1 run, $2 step) for an attempt that is void. Only those of the same role can be
-- ended, as Kith's own are.
SELECT pg_terminate_backend(activity.pid)
FROM pg_stat_activity AS activity
JOIN pg_locks AS held ON held.pid = activity.pid AND held.relation = 'kith.run_steps'::regclass AND held.granted
WHERE activity.application_name = concat_ws(' ', 'kith', $1::text, $2::text) AND activity.pid <> pg_backend_pid();
