-- As isoWeek of src/messages/iso-week.ts: weeks from Monday to Sunday, UTC, counted from that of 1970-01-01, a Thursday.
CREATE OR REPLACE MACRO iso_week(instant) AS CAST(floor((instant + 259200) / 604800) AS INTEGER)
