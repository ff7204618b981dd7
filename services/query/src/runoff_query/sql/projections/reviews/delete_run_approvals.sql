-- Takes deleted runs out of run_approvals.
-- $1 uuid[]: runs
DELETE FROM run_approvals
 WHERE run_id = ANY ($1::uuid[]);
