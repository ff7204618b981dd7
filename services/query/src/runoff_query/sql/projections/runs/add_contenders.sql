-- Adds contenders of runs, which have answered nothing yet.
-- $1 uuid[]: run_id   $2 integer[]: position   $3 text[]: model   $4 integer[]: number
-- $5 text[]: digest
INSERT INTO run_contenders (run_id, position, model, number, digest, n_answered, n_failed,
                            n_scored, n_correct, latency_ns)
SELECT run_id, position, model, number, digest, 0, 0, 0, 0, 0
  FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[])
       AS contender (run_id, position, model, number, digest)
    ON CONFLICT (run_id, position) DO NOTHING;
