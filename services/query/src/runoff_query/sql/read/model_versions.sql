-- Versions of models, newest first: model, number, digest, file, n_bytes, spec, added_at.
-- $1 text[]: models
SELECT model, number, digest, file, n_bytes, spec, added_at
  FROM model_versions
 WHERE model = ANY ($1::text[])
 ORDER BY model, number DESC;
