-- Adds the next version of a run's parameters, the first one at launch.
-- $1 uuid: run   $2 text: params, JSON   $3 uuid: params_from   $4 text: changed_by
-- $5 timestamptz: changed_at   $6 bigint: seq
INSERT INTO run_params_versions (run_id, params_version, params, params_from, changed_by,
                                 changed_at, seq)
SELECT $1, coalesce(max(params_version), 0) + 1, $2, $3, $4, $5, $6
  FROM run_params_versions
 WHERE run_id = $1;
