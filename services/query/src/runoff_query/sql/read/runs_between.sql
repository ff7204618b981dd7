-- Runs whose id lies between two, both included; two at most, which is enough to say "several".
-- $1 uuid: lowest   $2 uuid: highest
SELECT run_id
  FROM runs
 WHERE run_id BETWEEN $1 AND $2
 ORDER BY run_id
 LIMIT 2;
