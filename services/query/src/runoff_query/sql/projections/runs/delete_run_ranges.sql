-- Takes deleted runs out of run_ranges, while runs and metrics are there that say where they stand.
-- $1 uuid[]: runs
DELETE FROM run_ranges
 USING run_metrics
  JOIN runs USING (run_id)
 WHERE runs.run_id = ANY ($1::uuid[])
   AND run_ranges.metric = run_metrics.metric
   AND run_ranges.created_seq = runs.created_seq;
