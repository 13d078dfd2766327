-- What an activity weighs with exponential decay by its base and age, cut into whole 1e-6 (coarse) and 1e-17 (fine). Kith
-- computes each once, because engines may differ in the last bit of a power.
CREATE TEMPORARY VIEW power (base BIGINT, age BIGINT, coarse BIGINT, fine BIGINT)
USING parquet OPTIONS (path '${spark.kith.powers}')
