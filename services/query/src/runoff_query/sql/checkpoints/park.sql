-- Keeps a message that could not be projected where a person sees it.
-- $1 bigint[]: sequences   $2 text[]: subjects   $3 text[]: reasons
INSERT INTO parked_messages (seq, subject, reason)
SELECT *
  FROM unnest($1::bigint[], $2::text[], $3::text[])
    ON CONFLICT (seq) DO NOTHING;
