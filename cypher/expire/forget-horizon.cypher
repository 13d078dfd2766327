// An empty graph lacks nothing.
MATCH (h:Horizon)
DELETE h
