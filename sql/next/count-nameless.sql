-- How many users in a next table have no text.
SELECT count(*)::float8 AS nameless FROM kith_next.:"next" WHERE id = '';
