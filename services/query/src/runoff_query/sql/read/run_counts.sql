-- How far a run's entries are, and whether anybody reviewed some, without all else that is said of it.
-- $1 uuid: run
SELECT n_entries, n_processed, n_scored, seq,
       EXISTS (SELECT
                 FROM entry_reviews
                WHERE entry_reviews.run_id = runs.run_id) AS is_reviewed
  FROM runs
 WHERE run_id = $1;
