-- The newest version of a model: file, spec.
-- $1 text: its name
SELECT file, spec
  FROM model_versions
 WHERE model = $1
 ORDER BY number DESC
 LIMIT 1;
