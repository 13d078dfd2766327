-- Units of 1e-7 as a decimal with 7 places.
CREATE TEMPORARY FUNCTION units_text(units BIGINT) RETURNS STRING
RETURN concat(units DIV 10000000, '.', lpad(units % 10000000, 7, '0'))
