-- Who may be recommended, where reputation decides.
CREATE TEMPORARY VIEW good AS SELECT user_id FROM scored WHERE is_good = 1
