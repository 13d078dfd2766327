-- A token larger than that of any attempt so far.
SELECT nextval('kith.step_token')::text AS token;
