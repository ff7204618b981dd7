-- Takes deleted runs out of the versions of answers.
-- $1 uuid[]: runs
DELETE FROM answer_versions
 WHERE run_id = ANY ($1::uuid[]);
