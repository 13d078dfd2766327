-- Only one process at a time calls KITH_ON_FAILURE and KITH_ON_PUBLISHED, once for each run.
LOCK TABLE kith.hook_lock IN EXCLUSIVE MODE NOWAIT;
