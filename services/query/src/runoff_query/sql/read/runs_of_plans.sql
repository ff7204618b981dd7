-- Runs that were launched under plans, newest first, some of each: digest, run_id.
-- $1 text[]: digests   $2 integer: at most so many of a plan
SELECT under.digest, under.run_id
  FROM unnest($1::text[]) AS wanted (digest)
 CROSS JOIN LATERAL (SELECT digest, run_id, seq
                       FROM run_plans
                      WHERE run_plans.digest = wanted.digest
                      ORDER BY seq DESC
                      LIMIT $2) AS under
 ORDER BY under.seq DESC;
