-- Takes runs out of run_words.
-- $1 uuid[]: runs
DELETE FROM run_words
 WHERE run_id = ANY ($1::uuid[]);
