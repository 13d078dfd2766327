-- The run that was published before the one that is ($1 id), and whom it recommended to user $2, the best first. That is
-- kept for KITH_HISTORY_DAYS: "isKept" tells whether it is there; the list is null where nobody was recommended.
SELECT run.as_of AS "asOf", run.id, list.id IS NOT NULL AS "isKept", past.rec_ids AS recommended
FROM kith.runs AS run
LEFT JOIN kith.past_lists AS list ON list.run_id = run.id
LEFT JOIN kith.past_recommendations AS past ON past.list_id = list.id AND past.user_id = $2
WHERE run.status = 'published' AND run.id <> $1
ORDER BY run.finished_at DESC
LIMIT 1;
