-- Figures for people, one row of tab-separated whole numbers: the users who have a score, and how many candidates each filter
-- dropped, in the order in which they are asked; the first has the highest mark.
CREATE TABLE figures USING text AS
SELECT
  concat_ws(
    '\t', scored, self, blocked, muted, followed, followed_since, engaged, dismissed, undiscoverable, inactive, reputation
  )
FROM
  (
    SELECT
      count_if(mark = 10) AS self,
      count_if(mark = 9) AS blocked,
      count_if(mark = 8) AS muted,
      count_if(mark = 7) AS followed,
      count_if(mark = 6) AS followed_since,
      count_if(mark = 5) AS engaged,
      count_if(mark = 4) AS dismissed,
      count_if(mark = 3) AS undiscoverable,
      count_if(mark = 2) AS inactive,
      count_if(mark = 1) AS reputation
    FROM candidate
  ),
  (SELECT count(*) AS scored FROM scored LEFT SEMI JOIN known_user USING (user_id))
