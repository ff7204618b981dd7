-- Adds contenders of runs, which have answered nothing yet.
-- $1 uuid[]: run_id   $2 integer[]: position   $3 text[]: model   $4 integer[]: number
-- $5 text[]: digest    $6 text[]: primary_scorer   $7 boolean[]: waits for predictions
INSERT INTO run_contenders (run_id, position, model, number, digest, n_answered, n_failed,
                            n_scored, n_correct, latency_ns, primary_scorer, n_timed, cost_picousd,
                            n_priced, n_input_tokens, n_output_tokens, n_metered, n_uploaded,
                            uploads_complete)
SELECT run_id, position, model, number, digest, 0, 0, 0, 0, 0, primary_scorer, 0, 0, 0, 0, 0, 0,
       CASE WHEN live THEN 0 END, CASE WHEN live THEN false END
  FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::text[],
              $7::boolean[])
       AS contender (run_id, position, model, number, digest, primary_scorer, live)
    ON CONFLICT (run_id, position) DO NOTHING;
