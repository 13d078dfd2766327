-- The next attempt's token is larger than $1, which the graph knows.
SELECT setval('kith.step_token', greatest($1::bigint, nextval('kith.step_token')));
