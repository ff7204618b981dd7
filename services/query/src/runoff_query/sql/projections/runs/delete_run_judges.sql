-- Takes deleted runs out of run_judges.
-- $1 uuid[]: runs
DELETE FROM run_judges
 WHERE run_id = ANY ($1::uuid[]);
