-- Who is not recommended to whom: those engaged with up to the cut, or only those followed.
CREATE OR REPLACE TABLE excluded AS
SELECT u, v AS w
FROM pair
SEMI JOIN person USING (u)
WHERE followed OR NOT $onlyFollowed
