-- The newest comparison of a run: digest, document.
-- $1 uuid: run
SELECT comparisons.digest, comparisons.document
  FROM comparison_runs
  JOIN comparisons USING (digest)
 WHERE comparison_runs.run_id = $1
 ORDER BY comparison_runs.seq DESC
 LIMIT 1;
