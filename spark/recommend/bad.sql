-- Who may not be recommended, where reputation decides.
CREATE TEMPORARY VIEW bad AS
SELECT user_id FROM known_user LEFT ANTI JOIN (SELECT user_id FROM scored WHERE is_good = 1) USING (user_id)
