-- Takes deleted runs out of entries.
-- $1 uuid[]: runs
DELETE FROM entries
 WHERE run_id = ANY ($1::uuid[]);
