-- One dataset: dataset, task, registered_at.
-- $1 text: its name
SELECT dataset, task, registered_at
  FROM datasets
 WHERE dataset = $1;
