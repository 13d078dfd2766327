COPY model_use TO $path (FORMAT parquet)
