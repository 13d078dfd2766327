-- Shows others which run and step this transaction writes for ($1 run, $2 step); see end-writers.sql.
SELECT set_config('application_name', concat_ws(' ', 'kith', $1::text, $2::text), true);
