-- What the step closest has left.
CREATE TABLE edge USING parquet LOCATION '${spark.kith.computed}/edge'
