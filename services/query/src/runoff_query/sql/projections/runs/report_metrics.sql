-- Writes the metrics that a run's report gave, in place of what was counted under the same name.
-- Runs that are not there were deleted.
-- $1 uuid[]: run_id   $2 integer[]: position   $3 text[]: metric   $4 double precision[]: value
INSERT INTO run_metrics (run_id, position, metric, value)
SELECT reported.run_id, position, metric, value
  FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::double precision[])
       AS reported (run_id, position, metric, value)
  JOIN run_contenders USING (run_id, position)
    ON CONFLICT (run_id, metric, position) DO UPDATE SET value = excluded.value;
