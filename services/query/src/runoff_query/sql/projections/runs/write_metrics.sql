-- Writes the metrics of runs from the counts of their contenders; one that has no value has no row.
-- $1 uuid[]: runs whose counts changed
INSERT INTO run_metrics (run_id, position, metric, value)
SELECT run_id, position, metric, value
  FROM run_contenders
 CROSS JOIN LATERAL (
       VALUES ('accuracy', n_correct::double precision / nullif(n_scored, 0)),
              ('latency_mean_s', latency_ns / 1e9::double precision / nullif(n_answered, 0)),
              ('n_answered', n_answered::double precision),
              ('n_correct', n_correct::double precision),
              ('n_failed', n_failed::double precision),
              ('n_scored', n_scored::double precision)
       ) AS measured (metric, value)
 WHERE run_id = ANY ($1::uuid[])
   AND value IS NOT NULL
    ON CONFLICT (run_id, metric, position) DO UPDATE SET value = excluded.value;
