-- Writes the metrics of runs from the counts of their contenders; one that has no value has no row.
-- The mean of the primary scorer has that scorer's name.
-- $1 uuid[]: runs whose counts changed
INSERT INTO run_metrics (run_id, position, metric, value)
SELECT run_id, position, metric, value
  FROM run_contenders
 CROSS JOIN LATERAL (
       VALUES (primary_scorer, n_correct::double precision / nullif(n_scored, 0)),
              ('latency_mean_s', latency_ns / 1e9::double precision / nullif(n_timed, 0)),
              ('cost_usd', CASE WHEN n_priced > 0
                                THEN cost_picousd / 1e12::double precision END),
              ('n_input_tokens', CASE WHEN n_metered > 0
                                      THEN n_input_tokens::double precision END),
              ('n_output_tokens', CASE WHEN n_metered > 0
                                       THEN n_output_tokens::double precision END),
              ('n_answered', n_answered::double precision),
              ('n_correct', n_correct::double precision),
              ('n_failed', n_failed::double precision),
              ('n_scored', n_scored::double precision)
       ) AS measured (metric, value)
 WHERE run_id = ANY ($1::uuid[])
   AND value IS NOT NULL
    ON CONFLICT (run_id, metric, position) DO UPDATE SET value = excluded.value;
