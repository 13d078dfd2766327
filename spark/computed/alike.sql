-- What the step closest has left.
CREATE TABLE alike USING parquet LOCATION '${spark.kith.computed}/alike'
