-- Takes deleted runs out of those of plans.
-- $1 uuid[]: runs
DELETE FROM run_plans
 WHERE run_id = ANY ($1::uuid[]);
