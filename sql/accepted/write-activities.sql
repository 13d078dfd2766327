-- The activities of a folder, or of several, as they are kept to rebuild the graph from.
COPY activity TO $path (FORMAT parquet, COMPRESSION zstd)
