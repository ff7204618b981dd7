-- Adds what a run was launched with.
-- $1 uuid: run   $2 text: lineage, JSON   $3 text: summary, JSON   $4 text: server, JSON
INSERT INTO run_lineage (run_id, lineage, summary, server)
VALUES ($1, $2, $3, $4);
