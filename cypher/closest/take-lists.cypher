// Lists of closest connections that another engine has computed, for exploring: $lists is [[userId, closest, closestWeights], …].
// Nobody in them is suspended.
UNWIND $lists AS list
MERGE (u:User {userId: list[0]})
SET u.suspended = false, u.closest = list[1], u.closestWeights = list[2]
WITH list
UNWIND list[1] AS id
WITH DISTINCT id
MERGE (v:User {userId: id})
  ON CREATE SET v.suspended = false
