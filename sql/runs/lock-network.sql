-- The network's lock: one run, step or reset at a time. It belongs to a transaction, so it also works through a
-- transaction pooler, and is released with the connection, however the process ends. Refused at once (55P03) if anybody
-- holds it in any way. While a run holds it for hours, its transaction keeps no snapshot and no transaction id.
LOCK TABLE kith.network_lock IN EXCLUSIVE MODE NOWAIT;
