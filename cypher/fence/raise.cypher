// Closes $steps to all attempts before $token. Returns the largest token of $step; if that is not $token, a later
// attempt has begun.
UNWIND $steps AS name
MERGE (f:Fence {step: name})
SET f.token = CASE WHEN f.token > $token THEN f.token ELSE $token END
WITH f
WHERE f.step = $step
RETURN max(f.token) AS token
