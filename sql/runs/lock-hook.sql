-- Only one process at a time calls KITH_ON_FAILURE, once for each failed run.
LOCK TABLE kith.hook_lock IN EXCLUSIVE MODE NOWAIT;
