-- The newest comparison of a run's contenders by every default: digest, first_document.
-- $1 uuid: run
SELECT comparisons.digest, comparisons.first_document
  FROM comparison_runs
  JOIN comparisons USING (digest)
 WHERE comparison_runs.run_id = $1
   AND comparison_runs.settled
 ORDER BY comparison_runs.seq DESC
 LIMIT 1;
