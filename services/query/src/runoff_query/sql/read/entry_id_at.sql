-- The id of a run's entry at a place.
-- $1 uuid: run   $2 integer: index
SELECT entry_id
  FROM entries
 WHERE run_id = $1
   AND index = $2;
