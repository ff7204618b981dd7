-- Models by name: model, task, registered_at.
-- $1 text: names behind this one, or null   $2 integer: at most so many
SELECT model, task, registered_at
  FROM models
 WHERE $1::text IS NULL
    OR model > $1
 ORDER BY model
 LIMIT $2;
