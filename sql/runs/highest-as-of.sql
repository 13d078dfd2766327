-- The highest published as-of.
SELECT max(as_of) AS as_of FROM kith.runs WHERE status = 'published';
