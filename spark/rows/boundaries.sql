-- About every 5,000th user, in order: Kith reads what is published of users in ranges between them.
CREATE TABLE boundary_rows USING text AS
SELECT CAST(user_id AS STRING) FROM known_user WHERE pmod(hash(user_id), 5000) = 0 ORDER BY user_id
