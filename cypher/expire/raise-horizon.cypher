// Raises the horizon: from now on all activities but follows may be missing up to $at (epoch seconds). Written before the first of them
// is removed; it never falls. `cleared` is the instant up to which they are gone, null if none were ever removed.
MERGE (h:Horizon)
SET h.at = CASE WHEN h.at > $at THEN h.at ELSE $at END
RETURN h.at AS horizon, h.cleared AS cleared
