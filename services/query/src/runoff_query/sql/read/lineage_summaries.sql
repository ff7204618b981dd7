-- What runs were launched with, in short.
-- $1 uuid[]: runs
SELECT run_id, summary
  FROM run_lineage
 WHERE run_id = ANY ($1::uuid[])
   AND summary IS NOT NULL;
