-- Adds to what contenders have done.
-- $1 uuid[]: run_id     $2 integer[]: position   $3 bigint[]: n_answered   $4 bigint[]: n_failed
-- $5 bigint[]: n_scored $6 bigint[]: n_correct   $7 bigint[]: latency_ns
UPDATE run_contenders AS held
   SET n_answered = held.n_answered + more.n_answered,
       n_failed = held.n_failed + more.n_failed,
       n_scored = held.n_scored + more.n_scored,
       n_correct = held.n_correct + more.n_correct,
       latency_ns = held.latency_ns + more.latency_ns
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[])
       AS more (run_id, position, n_answered, n_failed, n_scored, n_correct, latency_ns)
 WHERE held.run_id = more.run_id
   AND held.position = more.position;
