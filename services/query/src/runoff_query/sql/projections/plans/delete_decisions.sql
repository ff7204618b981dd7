-- Takes deleted runs out of those that were decided.
-- $1 uuid[]: runs
DELETE FROM run_decisions
 WHERE run_id = ANY ($1::uuid[]);
