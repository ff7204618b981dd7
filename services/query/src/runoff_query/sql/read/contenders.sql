-- Contenders of runs, in order of position, with their metrics by name and how many of their own
-- answers stand approved and rejected.
-- $1 uuid[]: runs
SELECT run_id, position, model, number, digest, n_answered, run_contenders.n_failed, n_scored, n_correct,
       latency_ns, primary_scorer, n_timed, cost_picousd, n_priced, n_input_tokens, n_output_tokens,
       n_metered, n_uploaded, uploads_complete, metrics, values,
       coalesce(n_approved, 0) AS n_approved, coalesce(n_rejected, 0) AS n_rejected
  FROM run_contenders
  LEFT JOIN (SELECT run_id, position, array_agg(metric ORDER BY metric) AS metrics,
                    array_agg(value ORDER BY metric) AS values
               FROM run_metrics
              WHERE run_id = ANY ($1::uuid[])
              GROUP BY run_id, position) AS measured USING (run_id, position)
  LEFT JOIN run_approvals USING (run_id, position)
 WHERE run_id = ANY ($1::uuid[])
 ORDER BY run_id, position;
