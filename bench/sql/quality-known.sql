-- Everybody seen up to the cut.
SELECT u FROM pair
UNION
SELECT v FROM pair
ORDER BY 1
