-- A sum of seconds as the weight that is published: a decimal with 12 places, halves away from zero, as text.
CREATE MACRO weight_units(seconds) AS (2 * seconds::HUGEINT * 1000000000000 + 7776000) // (2 * 7776000);
CREATE MACRO decimal_weight(seconds) AS
  (weight_units(seconds) // 1000000000000)::VARCHAR || '.' || lpad((weight_units(seconds) % 1000000000000)::VARCHAR, 12, '0');
