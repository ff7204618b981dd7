-- Adds to what contenders have done.
-- $1 uuid[]: run_id     $2 integer[]: position   $3 bigint[]: n_answered   $4 bigint[]: n_failed
-- $5 bigint[]: n_scored $6 bigint[]: n_correct   $7 bigint[]: latency_ns   $8 bigint[]: n_timed
-- $9 bigint[]: cost_picousd      $10 bigint[]: n_priced
-- $11 bigint[]: n_input_tokens   $12 bigint[]: n_output_tokens   $13 bigint[]: n_metered
UPDATE run_contenders AS held
   SET n_answered = held.n_answered + more.n_answered,
       n_failed = held.n_failed + more.n_failed,
       n_scored = held.n_scored + more.n_scored,
       n_correct = held.n_correct + more.n_correct,
       latency_ns = held.latency_ns + more.latency_ns,
       n_timed = held.n_timed + more.n_timed,
       cost_picousd = held.cost_picousd + more.cost_picousd,
       n_priced = held.n_priced + more.n_priced,
       n_input_tokens = held.n_input_tokens + more.n_input_tokens,
       n_output_tokens = held.n_output_tokens + more.n_output_tokens,
       n_metered = held.n_metered + more.n_metered
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
              $12::bigint[], $13::bigint[])
       AS more (run_id, position, n_answered, n_failed, n_scored, n_correct, latency_ns, n_timed,
                cost_picousd, n_priced, n_input_tokens, n_output_tokens, n_metered)
 WHERE held.run_id = more.run_id
   AND held.position = more.position;
