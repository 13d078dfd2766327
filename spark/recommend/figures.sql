-- Figures for people, one row of tab-separated whole numbers: candidates that each filter dropped, self, followed, engaged,
-- reputation; and the users who have a score.
CREATE TABLE figures USING text AS
SELECT concat_ws('\t', self, followed, engaged, reputation, scored)
FROM
  (
    SELECT
      count_if(mark = 3) AS self,
      count_if(mark = 2) AS followed,
      count_if(mark = 1) AS engaged,
      count_if(mark = 0 AND NOT is_good) AS reputation
    FROM candidate
  ),
  (SELECT count(*) AS scored FROM scored LEFT SEMI JOIN known_user USING (user_id))
