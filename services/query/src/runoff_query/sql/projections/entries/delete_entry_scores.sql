-- Takes deleted runs out of entry_scores.
-- $1 uuid[]: runs
DELETE FROM entry_scores
 WHERE run_id = ANY ($1::uuid[]);
