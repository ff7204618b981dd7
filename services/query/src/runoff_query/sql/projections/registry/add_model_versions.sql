-- Adds model versions; one that is there stays as it is.
-- $1 text[]: model       $2 integer[]: number   $3 text[]: digest   $4 text[]: file
-- $5 bigint[]: n_bytes   $6 text[]: spec        $7 timestamptz[]: added_at   $8 bigint[]: seq
INSERT INTO model_versions (model, number, digest, file, n_bytes, spec, added_at, seq)
SELECT *
  FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[],
              $7::timestamptz[], $8::bigint[])
    ON CONFLICT (model, number) DO NOTHING;
