SELECT type, count(*) AS activities FROM activity GROUP BY type
