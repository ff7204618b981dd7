-- It was answered.
-- $1 uuid: run   $2 int: index   $3 int: version   $4 text: predictions, JSON   $5 text: worker
-- $6 timestamptz: answered at
UPDATE answer_versions
   SET predictions = $4, worker = $5, answered_at = $6
 WHERE run_id = $1 AND index = $2 AND answer_version = $3;
