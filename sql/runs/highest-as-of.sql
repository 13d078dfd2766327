-- The highest published as-of of runs against which nothing spoke.
SELECT max(as_of) AS as_of FROM kith.runs WHERE status = 'published' AND NOT summary ? 'waived';
