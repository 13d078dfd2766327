-- How many recommendations are of somebody whom the user follows.
SELECT count(*) AS "no followed", min(format('user %s, recommended %s', recommendations.user_id, rec_id)) AS "no followed example"
FROM recommendations
JOIN pg_temp.followed ON followed.user_id = recommendations.user_id AND followed.followed_id = recommendations.rec_id;
