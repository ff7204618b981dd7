-- Adds runs as they were created; one that is there stays as it is.
-- $1 uuid[]: run_id             $2 bigint[]: seq            $3 text[]: task
-- $4 text[]: dataset            $5 integer[]: its version   $6 text[]: its digest
-- $7 text[]: selection          $8 text[]: entries_digest   $9 bigint[]: n_entries
-- $10 text[]: config            $11 text[]: priority        $12 text[]: alias
-- $13 text[]: labels            $14 timestamptz[]: created_at   $15 text[]: scorers
-- $16 timestamptz[]: start_at   $17 text[]: answers_from     $18 text[]: kind
INSERT INTO runs (run_id, created_seq, seq, status, task, dataset, dataset_version, dataset_digest,
                  selection, entries_digest, n_entries, n_processed, n_scored, n_failed, config,
                  priority, alias, labels, created_at, scorers, start_at, answers_from, kind,
                  archived)
SELECT run_id, seq, seq, 'pending', task, dataset, dataset_version, dataset_digest, selection,
       entries_digest, n_entries, 0, 0, 0, config, priority, alias, labels, created_at,
       scorers, start_at, answers_from, kind, false
  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::text[],
              $7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::text[],
              $13::text[], $14::timestamptz[], $15::text[], $16::timestamptz[], $17::text[],
              $18::text[])
       AS created (run_id, seq, task, dataset, dataset_version, dataset_digest, selection,
                   entries_digest, n_entries, config, priority, alias, labels, created_at, scorers,
                   start_at, answers_from, kind)
    ON CONFLICT (run_id) DO NOTHING;
