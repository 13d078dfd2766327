-- Of the users ($2, parallel to $3: somebody new to each) how many have turned to somebody whom a list ($1 id) has for
-- them, and how many to one of the popular. Returns nothing if the list is gone.
SELECT
  count(*)::integer AS users,
  count(*) FILTER (WHERE by_list)::integer AS recommended,
  count(*) FILTER (WHERE by_popularity)::integer AS popular
FROM (
  SELECT bool_or(turned.to_id = ANY (rec_ids)) AS by_list, bool_or(turned.to_id = ANY (list.popular)) AS by_popularity
  FROM kith.past_lists AS list
  CROSS JOIN unnest($2::bigint[], $3::bigint[]) AS turned (user_id, to_id)
  LEFT JOIN kith.past_recommendations AS past ON past.list_id = list.id AND past.user_id = turned.user_id
  WHERE list.id = $1
  GROUP BY turned.user_id
) AS each
HAVING EXISTS (SELECT FROM kith.past_lists WHERE id = $1);
