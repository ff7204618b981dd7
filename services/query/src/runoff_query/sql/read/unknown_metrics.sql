-- Names among these that are no run's metric.
-- $1 text[]: names
SELECT name
  FROM unnest($1::text[]) AS name
 WHERE NOT EXISTS (SELECT
                     FROM run_metrics
                    WHERE metric = name);
