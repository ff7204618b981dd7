-- What a run was launched with.
-- $1 uuid: run
SELECT lineage, summary, server
  FROM run_lineage
 WHERE run_id = $1;
