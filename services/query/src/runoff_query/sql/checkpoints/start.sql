-- Gives projections that have no checkpoint yet one before the first message; one that never
-- moved belongs to no log yet and takes the one that is there.
-- $1 text[]: projections   $2 text: identity of the log
INSERT INTO projection_checkpoints (projection, last_seq, log_id)
SELECT projection, 0, $2
  FROM unnest($1::text[]) AS projection
    ON CONFLICT (projection) DO UPDATE SET log_id = excluded.log_id
 WHERE projection_checkpoints.last_seq = 0;
