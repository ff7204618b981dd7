-- Notes which runs a comparison is of.
-- $1 text: digest   $2 uuid[]: runs   $3 bigint: seq   $4 boolean: settled
INSERT INTO comparison_runs (run_id, digest, seq, settled)
SELECT run_id, $1, $3, $4
  FROM unnest($2::uuid[]) AS run_id
    ON CONFLICT (run_id, digest) DO NOTHING;
