-- Weights by base and age, for Spark.
COPY power TO $path (FORMAT parquet)
