-- The number of recommended users whom the user follows already.
SELECT count(*) AS "no followed", min(format('user %s, recommended %s', recommendation.user_id, rec_id)) AS "no followed example"
FROM :"recommendations" AS recommendation
JOIN pg_temp.followed ON followed.user_id = recommendation.user_id AND followed.other_id = recommendation.rec_id;
