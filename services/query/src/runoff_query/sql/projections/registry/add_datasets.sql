-- Adds datasets; one that is there stays as it is.
-- $1 text[]: dataset   $2 text[]: task   $3 timestamptz[]: registered_at   $4 bigint[]: seq
INSERT INTO datasets (dataset, task, registered_at, seq)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[])
    ON CONFLICT (dataset) DO NOTHING;
