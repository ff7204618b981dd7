-- Versions of datasets, newest first: dataset, number, digest, n_entries, splits, sections, fields,
-- added_at.
-- $1 text[]: datasets
SELECT dataset, number, digest, n_entries, splits, sections, fields, added_at
  FROM dataset_versions
 WHERE dataset = ANY ($1::text[])
 ORDER BY dataset, number DESC;
