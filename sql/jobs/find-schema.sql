-- Whether Kith's schema is there: a server of the jobs' own has none at first, and whoever may not make one need not where it is.
SELECT to_regnamespace('kith') IS NOT NULL AS found;
