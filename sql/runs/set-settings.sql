-- The settings of a run whose steps are called one by one ($1 id, $2 settings): recommend decides on reputation.
UPDATE kith.runs SET settings = $2 WHERE id = $1;
