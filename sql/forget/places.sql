-- From where runs have read, and where they have written lists of scores.
SELECT DISTINCT input AS place FROM kith.runs WHERE input IS NOT NULL
UNION
SELECT DISTINCT summary -> 'reputation' ->> 'list' FROM kith.runs
WHERE jsonb_typeof(summary -> 'reputation') = 'object' AND summary -> 'reputation' ->> 'list' IS NOT NULL
ORDER BY place;
