-- Whoever has the table open is waited for as long as lock_timeout says.
LOCK TABLE graph_recs.:"table" IN ACCESS EXCLUSIVE MODE;
