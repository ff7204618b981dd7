-- Holds other processes that migrate this database until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('runoff migrations', 0));
