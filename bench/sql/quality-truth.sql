-- The new partners of those drawn who had done something by the cut, by user. Variable: path.
COPY (
  SELECT new_partner.u, new_partner.v
  FROM new_partner
  SEMI JOIN person USING (u)
  SEMI JOIN pair ON pair.u = new_partner.u
  ORDER BY new_partner.u, new_partner.v
) TO (getvariable('path')) (HEADER)
