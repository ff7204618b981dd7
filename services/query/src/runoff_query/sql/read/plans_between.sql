-- Plans whose digests begin alike, two at most: digest, plan, sealed_at, seq.
-- $1 text: the beginning, `sha256:` included
SELECT digest, plan, sealed_at, seq
  FROM plans
 WHERE starts_with(digest, $1)
 ORDER BY digest
 LIMIT 2;
