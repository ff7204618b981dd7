-- Names of metrics that runs have, by name; each is one step through the index.
-- $1 integer: at most so many
WITH RECURSIVE known (metric) AS (
    (SELECT metric FROM run_ranges ORDER BY metric LIMIT 1)
     UNION ALL
    SELECT (SELECT following.metric
              FROM run_ranges AS following
             WHERE following.metric > known.metric
             ORDER BY following.metric
             LIMIT 1)
      FROM known
     WHERE known.metric IS NOT NULL
)
SELECT metric AS key
  FROM known
 WHERE metric IS NOT NULL
 LIMIT $1;
