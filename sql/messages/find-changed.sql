-- The staged messages that are new or say something else than before, once by id. Where several say different things under one
-- id the greatest counts, so that the order of arrival can't matter; any label is greater than none.
CREATE TEMP TABLE changed AS
WITH
  arrived AS (SELECT DISTINCT * FROM staged_message),
  known AS (SELECT message.* FROM message SEMI JOIN arrived USING (id)),
  chosen AS (
    SELECT *
    FROM (FROM arrived UNION FROM known)
    QUALIFY row_number() OVER (
      PARTITION BY id ORDER BY instant DESC, user_id DESC, words DESC, is_good DESC NULLS LAST
    ) = 1
  )
SELECT * FROM chosen EXCEPT SELECT * FROM known
