-- The column of where each row comes from, once the rows are in, for a run whose rows all come from one source: a
-- constant default of a new column is kept once for the whole table, so that it costs nothing by row.
ALTER TABLE kith_next.:"next" ADD COLUMN source text NOT NULL DEFAULT :'source';
