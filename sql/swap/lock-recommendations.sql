-- Whoever holds the table is waited for as long as lock_timeout says; whoever comes meanwhile waits behind.
LOCK TABLE graph_recs.recommendations IN ACCESS EXCLUSIVE MODE;
