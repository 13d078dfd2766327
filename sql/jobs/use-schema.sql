-- Agenda's tables have no schema in their names: on this connection they are those of kith.
SET search_path TO kith;
