-- Writes between what each metric of runs lies over their contenders.
-- $1 uuid[]: runs whose metrics changed
INSERT INTO run_ranges (metric, created_seq, lowest, highest)
SELECT metric, created_seq, min(value), max(value)
  FROM run_metrics
  JOIN runs USING (run_id)
 WHERE run_id = ANY ($1::uuid[])
 GROUP BY metric, created_seq
    ON CONFLICT (metric, created_seq) DO UPDATE
   SET lowest = excluded.lowest, highest = excluded.highest
 WHERE (run_ranges.lowest, run_ranges.highest) IS DISTINCT FROM (excluded.lowest, excluded.highest);
