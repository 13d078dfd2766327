-- In homes made by earlier versions, the role kith is the superuser that the server was made with. That one can't stop
-- being a superuser. So all it owns is handed over to an heir, and then the two change names (change-names.sql). Until
-- then nothing has changed for anybody, so whatever fails in between is done again.
DO $$
BEGIN
  IF to_regrole('kith_heir') IS NULL THEN
    CREATE ROLE kith_heir;
  END IF;
END
$$;
