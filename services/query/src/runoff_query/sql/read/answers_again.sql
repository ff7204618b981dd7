-- Further versions of answers to entries, as far as they are answered.
-- $1 uuid: run   $2 integer[]: indexes
SELECT index, answer_version, predictions
  FROM answer_versions
 WHERE run_id = $1
   AND index = ANY ($2::integer[])
   AND predictions IS NOT NULL;
