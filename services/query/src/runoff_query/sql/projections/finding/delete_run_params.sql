-- Takes runs out of run_params.
-- $1 uuid[]: runs
DELETE FROM run_params
 WHERE run_id = ANY ($1::uuid[]);
