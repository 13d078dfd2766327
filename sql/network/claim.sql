-- Makes these tables those of the network $1 (uuid), unless they are a network's already. Returns whose they are.
INSERT INTO kith.network AS known (id) VALUES ($1)
ON CONFLICT (is_only) DO UPDATE SET id = known.id
RETURNING id;
