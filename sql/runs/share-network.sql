-- The network's lock as workers hold it: several steps of one run may run at a time, but no run, step or reset by hand.
LOCK TABLE kith.network_lock IN ROW SHARE MODE NOWAIT;
