-- Text format; \D is the column's default. FREEZE: every snapshot sees these rows, however old it is, so that a REPEATABLE READ transaction from
-- before the swap that first reads after it finds them. It takes a table made in the same transaction.
COPY kith_next.:"next" (:columns) FROM STDIN WITH (FREEZE, DEFAULT '\D');
