-- One part of a list of runs, with their newest comparison.
-- {keys}: what they are sorted by, as key_1 and so on   {source}: runs, and what is joined to them
-- {condition}, {order}, {limit}: of the list   {outer_order}: the same, by the names of the keys
-- Only the runs of the part are read whole: the list itself is found in indexes.
SELECT runs.run_id, runs.created_seq, runs.seq, runs.status, runs.task, runs.dataset,
       runs.dataset_version, runs.dataset_digest, runs.selection, runs.entries_digest,
       runs.n_entries, runs.n_processed, runs.n_scored, runs.n_failed, runs.config, runs.priority,
       runs.alias, runs.labels, runs.archived, runs.reason, runs.scorers, runs.start_at, runs.answers_from,
       runs.report AS report_digest, runs.kind, runs.created_at, runs.started_at, runs.settled_at,
       compared.digest AS comparison_digest, compared.seq AS comparison_seq{outer_keys}
  FROM (SELECT runs.created_seq{keys}
          FROM {source}
         WHERE {condition}
         ORDER BY {order}
         LIMIT {limit}) AS page
  JOIN runs ON runs.created_seq = page.created_seq
  LEFT JOIN LATERAL (SELECT digest, seq
                       FROM comparison_runs
                      WHERE comparison_runs.run_id = runs.run_id
                        AND settled
                      ORDER BY seq DESC
                      LIMIT 1) AS compared ON true
 ORDER BY {outer_order};
