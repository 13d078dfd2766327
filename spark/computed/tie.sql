-- What the step closest has left.
CREATE TABLE tie USING parquet LOCATION '${spark.kith.computed}/tie'
