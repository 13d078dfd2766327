// Who engages with more than $strangersAtMost people, in one row: whoever likes everybody is no sign of anything to
// strangers. The first step of circles counts whom each engages with.
MATCH (v:User)
WHERE v.engages > $strangersAtMost
RETURN collect(v.userId) AS busy
