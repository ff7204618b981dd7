-- Takes runs out of run_labels.
-- $1 uuid[]: runs
DELETE FROM run_labels
 WHERE run_id = ANY ($1::uuid[]);
