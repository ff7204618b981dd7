-- Which of these runs were deleted: run_id.
-- $1 uuid[]: runs
SELECT run_id
  FROM deleted_runs
 WHERE run_id = ANY ($1::uuid[]);
