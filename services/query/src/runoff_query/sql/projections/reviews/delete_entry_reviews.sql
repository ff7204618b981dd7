-- Takes deleted runs out of entry_reviews.
-- $1 uuid[]: runs
DELETE FROM entry_reviews
 WHERE run_id = ANY ($1::uuid[]);
