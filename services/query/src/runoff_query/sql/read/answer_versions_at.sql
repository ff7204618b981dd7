-- Further versions of some entries' answers, oldest first.
-- $1 uuid: run   $2 integer[]: indexes   $3 integer: at most so many
SELECT index, answer_version, mode, contenders, predictions
  FROM answer_versions
 WHERE run_id = $1 AND index = ANY ($2::integer[])
 ORDER BY index, answer_version
 LIMIT $3;
