-- A decided run ended before it asked every entry.
-- $1 uuid: run   $2 bigint: entries that it would have asked
UPDATE run_decisions
   SET n_planned = $2
 WHERE run_id = $1;
