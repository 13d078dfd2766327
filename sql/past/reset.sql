-- Forgets all past lists, once no run is there any more that could keep one.
TRUNCATE kith.past_lists, kith.past_recommendations;
