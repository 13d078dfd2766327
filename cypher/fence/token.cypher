// The largest token of an attempt at $step; transactions of earlier attempts may not write.
MATCH (f:Fence {step: $step})
RETURN max(f.token) AS token
