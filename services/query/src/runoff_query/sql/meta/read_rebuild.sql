-- How the newest rebuild stands: one JSON document, or no row.
SELECT view
  FROM runoff_meta.rebuild;
