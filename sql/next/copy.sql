-- Text format; \D is the column's default. FREEZE makes the rows visible to every snapshot, however old. So a
-- REPEATABLE READ transaction that began before the swap and reads only after it sees them. It requires a table that
-- was created in the same transaction.
COPY kith_next.:"next" (:columns) FROM STDIN WITH (FREEZE, DEFAULT '\D');
