-- Adds judges of runs, which were asked nothing yet.
-- $1 uuid[]: run_id   $2 text[]: scorer   $3 text[]: model   $4 integer[]: number
-- $5 text[]: digest
INSERT INTO run_judges (run_id, scorer, model, number, digest, n_verdicts, n_failed, cost_picousd,
                        n_priced, n_input_tokens, n_output_tokens, n_metered)
SELECT run_id, scorer, model, number, digest, 0, 0, 0, 0, 0, 0, 0
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[])
       AS judge (run_id, scorer, model, number, digest)
    ON CONFLICT (run_id, scorer) DO NOTHING;
