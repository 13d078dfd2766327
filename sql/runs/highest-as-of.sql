-- The highest as-of that was published.
SELECT max(as_of) AS as_of FROM kith.runs WHERE status = 'published';
