-- The column of where each row comes from, for rows that bring it.
ALTER TABLE kith_next.:"next" ADD COLUMN source text NOT NULL;
