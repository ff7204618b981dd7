-- Adds to what judges have done.
-- $1 uuid[]: run_id             $2 text[]: scorer
-- $3 bigint[]: n_verdicts       $4 bigint[]: n_failed
-- $5 bigint[]: cost_picousd     $6 bigint[]: n_priced
-- $7 bigint[]: n_input_tokens   $8 bigint[]: n_output_tokens   $9 bigint[]: n_metered
UPDATE run_judges AS held
   SET n_verdicts = held.n_verdicts + more.n_verdicts,
       n_failed = held.n_failed + more.n_failed,
       cost_picousd = held.cost_picousd + more.cost_picousd,
       n_priced = held.n_priced + more.n_priced,
       n_input_tokens = held.n_input_tokens + more.n_input_tokens,
       n_output_tokens = held.n_output_tokens + more.n_output_tokens,
       n_metered = held.n_metered + more.n_metered
  FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[], $8::bigint[], $9::bigint[])
       AS more (run_id, scorer, n_verdicts, n_failed, cost_picousd, n_priced, n_input_tokens,
                n_output_tokens, n_metered)
 WHERE held.run_id = more.run_id
   AND held.scorer = more.scorer;
