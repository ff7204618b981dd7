-- Plans, newest first: digest, plan, sealed_at, seq.
-- $1 bigint: sealed before this sequence, or null   $2 integer: at most so many
SELECT digest, plan, sealed_at, seq
  FROM plans
 WHERE $1::bigint IS NULL
    OR seq < $1
 ORDER BY seq DESC
 LIMIT $2;
