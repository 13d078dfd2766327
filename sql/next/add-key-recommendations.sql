-- A row that was staged twice ends the publish here.
ALTER TABLE kith_next.recommendations ADD PRIMARY KEY (user_id, rec_id);
