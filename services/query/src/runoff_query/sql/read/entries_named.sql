-- Where entries of a run stand; an id that the run lacks gives no row.
-- $1 uuid: run   $2 text[]: entry ids
SELECT entry_id, min(index) AS index
  FROM entries
 WHERE run_id = $1 AND entry_id = ANY ($2::text[])
 GROUP BY entry_id;
