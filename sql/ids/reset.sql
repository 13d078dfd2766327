-- Forgets all texts of users, where ids are texts.
DO $$
BEGIN
  IF to_regclass('kith.user_ids') IS NOT NULL THEN
    TRUNCATE kith.user_ids;
  END IF;
END
$$;
