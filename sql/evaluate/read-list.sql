-- A ranking's lists with what there is to know of each recommendation: whether it came true, how many users had engaged with w, w's place
-- by that, and whether w had engaged with u.
SELECT
  list.u, list.w, list.place, new_partner.v IS NOT NULL AS hit, catalogue.degree, catalogue.place AS popular_place,
  pair.u IS NOT NULL AS mutual
FROM list
JOIN catalogue ON catalogue.w = list.w
LEFT JOIN new_partner ON new_partner.u = list.u AND new_partner.v = list.w
LEFT JOIN pair ON pair.u = list.w AND pair.v = list.u
WHERE ranking = $ranking
ORDER BY list.u, list.place
