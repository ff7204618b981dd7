-- What runs have of plans and decisions, of those that have any: run_id, plan, decided, n_planned.
-- $1 uuid[]: runs
SELECT wanted.run_id, run_plans.digest AS plan, watched AS decided, n_planned
  FROM unnest($1::uuid[]) AS wanted (run_id)
  LEFT JOIN run_plans ON run_plans.run_id = wanted.run_id
  LEFT JOIN run_decisions ON run_decisions.run_id = wanted.run_id
 WHERE run_plans.digest IS NOT NULL
    OR watched IS NOT NULL;
