-- Contenders of runs, in order of position.
-- $1 uuid[]: runs
SELECT run_id, position, model, number, digest, n_answered, n_failed, n_scored, n_correct,
       latency_ns, primary_scorer, n_timed, cost_picousd, n_priced, n_input_tokens, n_output_tokens,
       n_metered, n_uploaded, uploads_complete
  FROM run_contenders
 WHERE run_id = ANY ($1::uuid[])
 ORDER BY run_id, position;
