-- One run with its newest comparison.
-- $1 uuid: run
SELECT runs.run_id, created_seq, runs.seq, status, task, dataset, dataset_version, dataset_digest,
       selection, entries_digest, n_entries, n_processed, n_scored, n_failed, config, priority,
       alias, labels, archived, reason, scorers, start_at, answers_from, report AS report_digest,
       kind, created_at, started_at, settled_at,
       compared.digest AS comparison_digest, compared.seq AS comparison_seq
  FROM runs
  LEFT JOIN LATERAL (SELECT digest, seq
                       FROM comparison_runs
                      WHERE comparison_runs.run_id = runs.run_id
                        AND settled
                      ORDER BY seq DESC
                      LIMIT 1) AS compared ON true
 WHERE runs.run_id = $1;
