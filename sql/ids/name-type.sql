-- The type of ids ($1) that change.sql makes.
SELECT set_config('kith.id_type', $1, true);
