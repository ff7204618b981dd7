-- Adds to what was pushed for contenders.
-- $1 uuid[]: run_id   $2 integer[]: position   $3 bigint[]: n_uploaded
-- $4 boolean[]: nothing more comes
UPDATE run_contenders AS held
   SET n_uploaded = held.n_uploaded + more.n_uploaded,
       uploads_complete = held.uploads_complete OR more.complete
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::boolean[])
       AS more (run_id, position, n_uploaded, complete)
 WHERE held.run_id = more.run_id
   AND held.position = more.position;
