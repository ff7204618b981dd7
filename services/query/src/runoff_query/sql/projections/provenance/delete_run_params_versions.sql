-- Takes deleted runs out of run_params_versions.
-- $1 uuid[]: runs
DELETE FROM run_params_versions
 WHERE run_id = ANY ($1::uuid[]);
