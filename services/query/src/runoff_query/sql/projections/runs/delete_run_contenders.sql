-- Takes deleted runs out of run_contenders.
-- $1 uuid[]: runs
DELETE FROM run_contenders
 WHERE run_id = ANY ($1::uuid[]);
