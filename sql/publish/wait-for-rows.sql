-- $1: how long the merge waits for one who has locked rows or a whole table, such as '300s'.
SELECT set_config('lock_timeout', $1, true);
