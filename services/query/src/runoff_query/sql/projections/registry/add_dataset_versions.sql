-- Adds dataset versions; one that is there stays as it is.
-- $1 text[]: dataset   $2 integer[]: number   $3 text[]: digest   $4 bigint[]: n_entries
-- $5 text[]: splits    $6 text[]: sections    $7 timestamptz[]: added_at   $8 bigint[]: seq
-- $9 text[]: fields
INSERT INTO dataset_versions (dataset, number, digest, n_entries, splits, sections, added_at, seq,
                              fields)
SELECT *
  FROM unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::text[], $6::text[],
              $7::timestamptz[], $8::bigint[], $9::text[])
    ON CONFLICT (dataset, number) DO NOTHING;
