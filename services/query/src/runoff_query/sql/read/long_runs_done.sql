-- Of these runs those whose entries all have been asked and scored, where there are many.
-- $1 uuid[]: runs   $2 bigint: at least so many entries
SELECT run_id
  FROM runs
 WHERE run_id = ANY ($1::uuid[])
   AND n_entries >= $2
   AND n_processed = n_entries
   AND n_scored = n_entries;
