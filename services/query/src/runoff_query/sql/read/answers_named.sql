-- The runs' own answers to entries that are named; an id that the run lacks gives no row.
-- $1 uuid: run   $2 text[]: entry ids
SELECT DISTINCT ON (entry_id) entry_id, index, predictions
  FROM entries
 WHERE run_id = $1
   AND entry_id = ANY ($2::text[])
 ORDER BY entry_id, index;
