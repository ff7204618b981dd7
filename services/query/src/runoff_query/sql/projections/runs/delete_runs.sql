-- Takes deleted runs out of runs.
-- $1 uuid[]: runs
DELETE FROM runs
 WHERE run_id = ANY ($1::uuid[]);
