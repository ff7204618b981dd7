-- A run was launched under a plan.
-- $1 uuid: run   $2 text: digest of the plan   $3 bigint: seq
INSERT INTO run_plans (run_id, digest, seq)
VALUES ($1, $2, $3)
    ON CONFLICT (run_id) DO NOTHING;
