-- Runs that ended before they asked every entry: they are about those that they asked.
-- $1 uuid[]: runs   $2 bigint[]: entries that were asked
UPDATE runs
   SET n_entries = ended.n_entries
  FROM unnest($1::uuid[], $2::bigint[]) AS ended (run_id, n_entries)
 WHERE runs.run_id = ended.run_id;
