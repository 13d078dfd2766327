-- Records the version of a run's input folder and its newest activity ($1 id, $2 version, $3 instant; null if it has no
-- activity) at the first attempt to load it, and returns the recorded version.
UPDATE kith.runs
SET input_version = coalesce(input_version, $2), newest_activity = coalesce(newest_activity, $3)
WHERE id = $1
RETURNING input_version;
