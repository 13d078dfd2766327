-- What the step closest has left.
CREATE TABLE suspended USING parquet LOCATION '${spark.kith.computed}/suspended'
