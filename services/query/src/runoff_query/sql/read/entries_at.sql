-- Entries of a run by their place, with what every contender answered; in no order.
-- $1 uuid: run   $2 integer[]: places
SELECT index, entry_id, target, section, split, metadata, predictions
  FROM entries
 WHERE run_id = $1 AND index = ANY ($2::integer[]);
