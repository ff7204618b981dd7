-- Further versions of one entry's answers, oldest first.
-- $1 uuid: run   $2 int: index
SELECT answer_version, parent, mode, seed, contenders, asked_at, answered_at, predictions, worker
  FROM answer_versions
 WHERE run_id = $1 AND index = $2
 ORDER BY answer_version;
