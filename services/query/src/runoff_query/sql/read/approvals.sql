-- How many own answers of runs' contenders stand approved and rejected.
-- $1 uuid[]: runs
SELECT run_id, position, n_approved, n_rejected
  FROM run_approvals
 WHERE run_id = ANY ($1::uuid[]);
