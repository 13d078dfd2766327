-- A row that was staged twice ends the publish here.
ALTER TABLE kith_next.closest_connections ADD PRIMARY KEY (user_id, closest_connection);
