-- Whether this session may rebuild: one at a time does, until it ends or lets go.
SELECT pg_try_advisory_lock(hashtextextended('runoff rebuild', 0));
