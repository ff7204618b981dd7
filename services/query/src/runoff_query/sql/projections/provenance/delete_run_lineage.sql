-- Takes deleted runs out of run_lineage.
-- $1 uuid[]: runs
DELETE FROM run_lineage
 WHERE run_id = ANY ($1::uuid[]);
