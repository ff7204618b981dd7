-- Takes deleted runs out of run_metrics.
-- $1 uuid[]: runs
DELETE FROM run_metrics
 WHERE run_id = ANY ($1::uuid[]);
