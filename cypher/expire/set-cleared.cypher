// No activity but follows is left up to $at (epoch seconds).
MATCH (h:Horizon)
SET h.cleared = $at
