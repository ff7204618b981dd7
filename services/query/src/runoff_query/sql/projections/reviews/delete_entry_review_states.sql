-- Takes deleted runs out of entry_review_states.
-- $1 uuid[]: runs
DELETE FROM entry_review_states
 WHERE run_id = ANY ($1::uuid[]);
