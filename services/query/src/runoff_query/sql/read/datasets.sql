-- Datasets by name: dataset, task, registered_at.
-- $1 text: names behind this one, or null   $2 integer: at most so many
SELECT dataset, task, registered_at
  FROM datasets
 WHERE $1::text IS NULL
    OR dataset > $1
 ORDER BY dataset
 LIMIT $2;
