-- How many entries of each cell of a run are processed, and how many of them failed: cell,
-- n_processed, n_failed, last (the greatest index among them).
-- $1 uuid: run   $2 integer: entries a cell   $3 integer: from this index on
SELECT index / $2 AS cell, count(*) AS n_processed, count(*) FILTER (WHERE failed) AS n_failed,
       max(index) AS last
  FROM entries
 WHERE run_id = $1
   AND index >= $3
 GROUP BY 1
 ORDER BY 1;
