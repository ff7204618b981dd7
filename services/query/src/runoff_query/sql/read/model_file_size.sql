-- Bytes of an object that is a model's file; no row where it is none.
-- $1 text: digest of the file
SELECT n_bytes
  FROM model_versions
 WHERE file = $1
 LIMIT 1;
