-- A run was decided.
-- $1 uuid: run   $2 text: by what, JSON
INSERT INTO run_decisions (run_id, watched)
VALUES ($1, $2)
    ON CONFLICT (run_id) DO NOTHING;
