-- round(units / one, 12) with 12 decimal places, halves away from zero: as decimalWeight of src/graph/weights.ts. Long division
-- by six places at a time stays within 63 bits; beyond them ANSI mode ends the run.
CREATE TEMPORARY FUNCTION decimal_weight(units BIGINT, one BIGINT) RETURNS STRING
RETURN concat(
  units DIV one
    + (
      units % one * 1000000 DIV one * 1000000 + (units % one * 1000000 % one * 2000000 + one) DIV (one * 2)
    ) DIV 1000000000000,
  '.',
  lpad(
    (
      units % one * 1000000 DIV one * 1000000 + (units % one * 1000000 % one * 2000000 + one) DIV (one * 2)
    ) % 1000000000000,
    12,
    '0'
  )
)
