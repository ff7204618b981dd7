-- Versions of a run's parameters, newest first.
-- $1 uuid: run   $2 integer: before this version, or null   $3 integer: at most so many
SELECT params_version, params, params_from, changed_by, changed_at, seq
  FROM run_params_versions
 WHERE run_id = $1
   AND ($2::integer IS NULL OR params_version < $2)
 ORDER BY params_version DESC
 LIMIT $3;
