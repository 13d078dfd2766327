-- Text format: user_id, rec_id, score, rank.
COPY kith_staging.recommendations (user_id, rec_id, score, rank) FROM STDIN;
