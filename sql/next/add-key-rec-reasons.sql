-- A row that was staged twice ends the publish here.
ALTER TABLE kith_next.rec_reasons ADD PRIMARY KEY (user_id, rec_id, reason_id);
