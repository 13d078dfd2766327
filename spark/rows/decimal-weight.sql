-- round(units / one, 12) with 12 decimal places, halves away from zero: as decimalWeight of src/graph/weights.ts.
CREATE TEMPORARY FUNCTION decimal_weight(units BIGINT, one BIGINT) RETURNS STRING
RETURN concat(
  units DIV one
    + (CAST(units % one AS DECIMAL(20, 0)) * 2000000000000 + one) DIV (CAST(one AS DECIMAL(20, 0)) * 2) DIV 1000000000000,
  '.',
  lpad(
    (CAST(units % one AS DECIMAL(20, 0)) * 2000000000000 + one) DIV (CAST(one AS DECIMAL(20, 0)) * 2) % 1000000000000,
    12,
    '0'
  )
)
