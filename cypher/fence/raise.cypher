// Closes the places of a step to every attempt before $token. A transaction of an earlier one that is under way holds its place: this
// waits for it. Gives the largest token there is: if it is not $token, a later attempt has begun.
UNWIND $places AS place
MERGE (f:Fence {place: place})
SET f.held = true
WITH f
SET f.token = CASE WHEN coalesce(f.token, 0) < $token THEN $token ELSE f.token END
RETURN max(f.token) AS token
