-- The parameters of runs as they are now.
-- $1 uuid[]: runs
SELECT run.run_id, newest.params_version, newest.params
  FROM unnest($1::uuid[]) AS run (run_id)
 CROSS JOIN LATERAL (SELECT params_version, params
                       FROM run_params_versions
                      WHERE run_params_versions.run_id = run.run_id
                      ORDER BY params_version DESC
                      LIMIT 1) AS newest;
