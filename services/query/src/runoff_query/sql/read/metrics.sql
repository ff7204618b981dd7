-- Metrics of runs by name.
-- $1 uuid[]: runs
SELECT run_id, position, metric, value
  FROM run_metrics
 WHERE run_id = ANY ($1::uuid[])
 ORDER BY run_id, position, metric;
