-- A further version was asked for.
-- $1 uuid: run   $2 int: index   $3 int: version   $4 int: parent   $5 text: mode
-- $6 text: seed, JSON   $7 int[]: contenders   $8 timestamptz: asked at
INSERT INTO answer_versions (run_id, index, answer_version, parent, mode, seed, contenders, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);
