-- Only one process at a time decides which run is next; the others wait.
LOCK TABLE kith.queue_lock IN EXCLUSIVE MODE;
