-- What the step closest has left.
CREATE TABLE closest USING parquet LOCATION '${spark.kith.computed}/closest'
