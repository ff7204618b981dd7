-- Judges of runs, by scorer.
-- $1 uuid[]: runs
SELECT run_id, scorer, model, number, digest, n_verdicts, n_failed, cost_picousd, n_priced,
       n_input_tokens, n_output_tokens, n_metered
  FROM run_judges
 WHERE run_id = ANY ($1::uuid[])
 ORDER BY run_id, scorer;
