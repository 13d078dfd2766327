-- The new partners of those drawn, and their place by popularity; null if they may not be recommended or were not there yet.
SELECT new_partner.u, catalogue.place
FROM new_partner
SEMI JOIN person ON person.u = new_partner.u
LEFT JOIN catalogue ON catalogue.w = new_partner.v
ORDER BY new_partner.u, catalogue.place
