-- Whether Kith's schema exists. A separate server for jobs has none at first; where it exists, we need no right to
-- create one.
SELECT to_regnamespace('kith') IS NOT NULL AS found;
