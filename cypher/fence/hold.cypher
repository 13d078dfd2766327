// Whether the attempt may write in this transaction. The property is set before the token is read, so that the place is locked until the
// transaction ends: a later attempt waits for it, and an earlier one finds its token outdated.
MERGE (f:Fence {place: $place})
SET f.held = true
WITH f
SET f.token = CASE WHEN coalesce(f.token, 0) < $token THEN $token ELSE f.token END
RETURN f.token = $token AS mayWrite
