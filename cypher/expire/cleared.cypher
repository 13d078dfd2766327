// Up to when (epoch seconds) all activities but follows are gone; null if none were ever removed.
MATCH (h:Horizon)
RETURN max(h.cleared) AS cleared
