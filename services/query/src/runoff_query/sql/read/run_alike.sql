-- The newest completed run of two models or more over a dataset, of its last 500 runs.
-- $1 text: dataset   $2 text: the scorer that has to be its first
SELECT recent.run_id
  FROM (SELECT run_id, created_seq, status
          FROM runs
         WHERE dataset = $1
         ORDER BY created_seq DESC
         LIMIT 500) AS recent
 WHERE status = 'completed'
   AND EXISTS (SELECT
                 FROM run_contenders AS second
                WHERE second.run_id = recent.run_id
                  AND second.position = 1
                  AND second.primary_scorer = $2)
 ORDER BY created_seq DESC
 LIMIT 1;
