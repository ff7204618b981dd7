-- Notes deleted runs, so that a slice that a worker appends late brings no row of theirs back.
-- $1 uuid[]: runs   $2 bigint[]: sequences of the deletions
INSERT INTO deleted_runs (run_id, seq)
SELECT *
  FROM unnest($1::uuid[], $2::bigint[])
    ON CONFLICT (run_id) DO NOTHING;
