// The largest token of an attempt at $step: a transaction of an earlier one may not write.
MATCH (f:Fence {step: $step})
RETURN max(f.token) AS token
