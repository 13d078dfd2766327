-- A role of a reader's own. Its password is in the setting kith.reader_password, so that it is in no statement that a
-- server may log. A query that takes longer than the time limit is ended, and nothing can be changed.
DO $$
BEGIN
  EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L CONNECTION LIMIT %s', current_setting('kith.reader'), current_setting('kith.reader_password'), current_setting('kith.reader_limit')::integer);
  EXECUTE format('GRANT kith_readers TO %I', current_setting('kith.reader'));
  EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', current_setting('kith.reader'), current_setting('kith.reader_timeout'));
  EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', current_setting('kith.reader'));
  EXECUTE format('ALTER ROLE %I SET search_path = graph_recs', current_setting('kith.reader'));
END
$$;
