-- Terminates the connections that hold rows for void attempts at a step ($1 run, $2 step: null means any). Only
-- connections of the same role can be terminated, as Kith's own are.
SELECT pg_terminate_backend(activity.pid)
FROM pg_stat_activity AS activity
JOIN pg_locks AS held ON held.pid = activity.pid AND held.relation = 'kith.run_steps'::regclass AND held.granted
WHERE activity.pid <> pg_backend_pid()
  AND CASE WHEN $2::text IS NULL THEN starts_with(activity.application_name, concat_ws(' ', 'kith', $1::text, ''))
    ELSE activity.application_name = concat_ws(' ', 'kith', $1::text, $2::text) END;
