-- Adds entries that were processed; the first answer of a run to an entry stays.
-- $1 uuid[]: run_id   $2 integer[]: index   $3 text[]: entry_id   $4 boolean[]: failed
-- $5 text[]: target   $6 text[]: section    $7 text[]: split      $8 text[]: metadata
-- $9 text[]: predictions
INSERT INTO entries (run_id, index, entry_id, failed, target, section, split, metadata,
                     predictions)
SELECT *
  FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::boolean[], $5::text[], $6::text[],
              $7::text[], $8::text[], $9::text[])
    ON CONFLICT (run_id, index) DO NOTHING;
