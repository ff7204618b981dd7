-- Moves checkpoints; a projection that does not come back was moved by someone else.
-- $1 text[]: projections   $2 bigint[]: last sequence that each had   $3 bigint: its new one
-- $4 text: identity of the log
-- The caller's transaction holds the batch's writes, so both commit or neither does.
UPDATE projection_checkpoints AS held
   SET last_seq = $3
  FROM unnest($1::text[], $2::bigint[]) AS known (projection, last_seq)
 WHERE held.projection = known.projection
   AND held.last_seq = known.last_seq
   AND held.log_id = $4
RETURNING held.projection;
