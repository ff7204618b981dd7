-- Those of these names that no run has: space, name.
-- $1 text[]: metric, param or tag   $2 text[]: name
SELECT space, name
  FROM unnest($1::text[], $2::text[]) AS asked (space, name)
 WHERE NOT CASE space
           WHEN 'metric' THEN EXISTS (SELECT FROM run_ranges WHERE metric = name)
           WHEN 'param' THEN EXISTS (SELECT FROM run_params WHERE key = name)
           WHEN 'tag' THEN EXISTS (SELECT FROM run_labels WHERE key = name)
           END;
