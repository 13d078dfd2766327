-- Whether every snapshot sees all rows of the three tables of kith_next: VACUUM has marked all their pages.
SELECT coalesce(bool_and(relallvisible >= relpages), false) AS frozen
FROM pg_class
WHERE oid IN ('kith_next.closest_connections'::regclass, 'kith_next.recommendations'::regclass, 'kith_next.rec_reasons'::regclass);
