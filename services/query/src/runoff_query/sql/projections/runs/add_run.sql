-- Adds a run as it was created; one that is there stays as it is.
-- $1 uuid: run_id           $2 bigint: seq            $3 text: task      $4 text: dataset
-- $5 integer: its version   $6 text: its digest       $7 text: selection $8 text: entries_digest
-- $9 bigint: n_entries      $10 text: config          $11 text: priority $12 text: alias
-- $13 text: labels          $14 timestamptz: created_at
INSERT INTO runs (run_id, created_seq, seq, status, task, dataset, dataset_version, dataset_digest,
                  selection, entries_digest, n_entries, n_processed, n_scored, n_failed, config,
                  priority, alias, labels, created_at)
VALUES ($1, $2, $2, 'pending', $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10, $11, $12, $13, $14)
    ON CONFLICT (run_id) DO NOTHING;
