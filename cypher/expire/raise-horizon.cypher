// From here on activities up to $at (epoch seconds) may be missing, all but follows: written before the first of them goes. The horizon
// never falls. `cleared` is up to when they are gone, null if nobody ever looked.
MERGE (h:Horizon)
SET h.at = CASE WHEN h.at > $at THEN h.at ELSE $at END
RETURN h.at AS horizon, h.cleared AS cleared
