-- What the folder of a run ($1 id) holds ($2), as of its first attempt to load it; gives what that was.
UPDATE kith.runs
SET input_version = coalesce(input_version, $2)
WHERE id = $1
RETURNING input_version;
