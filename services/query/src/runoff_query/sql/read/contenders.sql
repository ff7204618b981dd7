-- Contenders of runs, in order of position.
-- $1 uuid[]: runs
SELECT run_id, position, model, number, digest, n_answered, n_failed, n_scored, n_correct,
       latency_ns
  FROM run_contenders
 WHERE run_id = ANY ($1::uuid[])
 ORDER BY run_id, position;
