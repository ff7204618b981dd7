-- Adds parameters of runs; those that were deleted have no words any more.
-- $1 uuid[]: run_id   $2 text[]: key   $3 text[]: value   $4 text[]: its beginning
-- $5 double precision[]: what it is as a number
INSERT INTO run_params (run_id, created_seq, key, value, head, number)
SELECT run_id, created_seq, key, value, head, number
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::double precision[])
       AS param (run_id, key, value, head, number)
  JOIN run_words USING (run_id)
    ON CONFLICT (created_seq, key) DO NOTHING;
