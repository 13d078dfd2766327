-- Text format: user_id, rec_id, score, rank, units.
COPY kith_staging.recommendations (user_id, rec_id, score, rank, units) FROM STDIN;
