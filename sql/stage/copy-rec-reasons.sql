-- Text format: user_id, rec_id, reason_id, weight.
COPY kith_staging.rec_reasons (user_id, rec_id, reason_id, weight) FROM STDIN;
