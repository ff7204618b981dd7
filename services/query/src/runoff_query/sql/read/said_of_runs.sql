-- What was said of runs besides: parameters as they are now, lineage in short, plan and decision.
-- $1 uuid[]: runs
SELECT wanted.run_id, newest.params_version, newest.params, run_lineage.summary AS lineage,
       run_plans.digest AS plan, run_decisions.watched AS decided, run_decisions.n_planned
  FROM unnest($1::uuid[]) AS wanted (run_id)
  LEFT JOIN LATERAL (SELECT params_version, params
                       FROM run_params_versions
                      WHERE run_params_versions.run_id = wanted.run_id
                      ORDER BY params_version DESC
                      LIMIT 1) AS newest ON true
  LEFT JOIN run_lineage ON run_lineage.run_id = wanted.run_id
  LEFT JOIN run_plans ON run_plans.run_id = wanted.run_id
  LEFT JOIN run_decisions ON run_decisions.run_id = wanted.run_id
 WHERE (newest.params, run_lineage.summary, run_plans.digest, run_decisions.watched)
       IS DISTINCT FROM (NULL, NULL, NULL, NULL);
