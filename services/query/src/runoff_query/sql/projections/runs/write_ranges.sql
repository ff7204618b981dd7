-- Writes each metric of runs over their contenders. Means are added up in the order of contenders:
-- sums of floats depend on it, and a rebuild has to give equal rows.
-- $1 uuid[]: runs whose metrics changed
INSERT INTO run_ranges (metric, created_seq, lowest, highest, mean)
SELECT metric, created_seq, min(value), max(value), avg(value ORDER BY position)
  FROM run_metrics
  JOIN runs USING (run_id)
 WHERE run_id = ANY ($1::uuid[])
 GROUP BY metric, created_seq
    ON CONFLICT (metric, created_seq) DO UPDATE
   SET lowest = excluded.lowest, highest = excluded.highest, mean = excluded.mean
 WHERE (run_ranges.lowest, run_ranges.highest, run_ranges.mean)
       IS DISTINCT FROM (excluded.lowest, excluded.highest, excluded.mean);
