-- Records the version of a run's input folder ($1 id, $2 version) at the first attempt to load it, and returns the
-- recorded version.
UPDATE kith.runs
SET input_version = coalesce(input_version, $2)
WHERE id = $1
RETURNING input_version;
