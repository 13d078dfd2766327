-- How many messages there are, and how many of them up to as-of.
SELECT count(*), count_if(instant <= $asOf) FROM message
