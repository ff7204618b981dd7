-- How far a run's entries are, without all that else is said of it.
-- $1 uuid: run
SELECT n_entries, n_processed, n_scored, seq
  FROM runs
 WHERE run_id = $1;
