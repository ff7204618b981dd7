-- Gives a run other words; one that was deleted has none.
-- $1 uuid: run   $2 text[]: of alias and labels   $3 text[]: of parameters, or null: as they are
UPDATE run_words
   SET label_words = $2,
       param_words = coalesce($3, param_words)
 WHERE run_id = $1;
