-- One model: model, task, registered_at.
-- $1 text: its name
SELECT model, task, registered_at
  FROM models
 WHERE model = $1;
