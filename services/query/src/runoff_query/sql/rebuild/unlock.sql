-- Lets the next session rebuild.
SELECT pg_advisory_unlock(hashtextextended('runoff rebuild', 0));
