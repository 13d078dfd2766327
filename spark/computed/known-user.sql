-- What the step closest has left.
CREATE TABLE known_user USING parquet LOCATION '${spark.kith.computed}/known_user'
