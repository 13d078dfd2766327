-- What a swap replaces: the tables, users where ids are texts, and the view that says which run they are of.
SELECT name
FROM unnest(ARRAY['closest_connections', 'recommendations', 'rec_reasons', 'users', 'published_run']) WITH ORDINALITY AS swapped (name, place)
WHERE name <> 'users' OR to_regclass('graph_recs.users') IS NOT NULL
ORDER BY place;
