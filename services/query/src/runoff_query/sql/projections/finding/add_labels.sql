-- Adds labels of runs; those that were deleted have no words any more.
-- $1 uuid[]: run_id   $2 text[]: key   $3 text[]: value
INSERT INTO run_labels (run_id, created_seq, key, value)
SELECT run_id, created_seq, key, value
  FROM unnest($1::uuid[], $2::text[], $3::text[]) AS label (run_id, key, value)
  JOIN run_words USING (run_id)
    ON CONFLICT (created_seq, key) DO NOTHING;
