-- What the step closest has left.
CREATE TABLE mass USING parquet LOCATION '${spark.kith.computed}/mass'
