-- Names of the labels that runs have, by name; each is one step through the index.
-- $1 integer: at most so many
WITH RECURSIVE known (key) AS (
    (SELECT key FROM run_labels ORDER BY key LIMIT 1)
     UNION ALL
    SELECT (SELECT following.key
              FROM run_labels AS following
             WHERE following.key > known.key
             ORDER BY following.key
             LIMIT 1)
      FROM known
     WHERE known.key IS NOT NULL
)
SELECT key
  FROM known
 WHERE key IS NOT NULL
 LIMIT $1;
