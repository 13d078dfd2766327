-- What runs and their steps tell in words: errors, outcomes of checks, and what was left undone.
SELECT id AS run, NULL AS step, error, summary -> 'checks' AS checks, summary -> 'leftUndone' AS "leftUndone"
FROM kith.runs
WHERE error IS NOT NULL OR summary ?| '{checks,leftUndone}'
UNION ALL
SELECT run_id, step, error, summary -> 'checks', summary -> 'leftUndone'
FROM kith.run_steps
WHERE error IS NOT NULL OR summary ?| '{checks,leftUndone}';
