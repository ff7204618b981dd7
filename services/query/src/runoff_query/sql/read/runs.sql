-- Runs with their newest comparison, newest first; a null parameter leaves its condition out.
-- $1 text[]: statuses    $2 text: model   $3 integer: its number   $4 text: dataset
-- $5 bigint: created before this sequence
-- $6 text[], $7 text[], $8 double precision[]: terms on metrics, each of a name, a comparison and
--   a number; a term holds when any contender of the run fits it
-- $9 text[], $10 text[], $11 text[]: terms on attributes, each of a name, = or !=, and a text
-- $12 integer: at most so many
-- Conditions on other tables are scalar subqueries, which the planner leaves where they are: it then
-- walks the index of the newest runs and stops at the limit. As joins they were estimated to leave
-- one row, and all runs were read and sorted.
SELECT runs.run_id, created_seq, runs.seq, status, task, dataset, dataset_version, dataset_digest,
       selection, entries_digest, n_entries, n_processed, n_scored, n_failed, config, priority,
       alias, labels, reason, scorers, start_at, answers_from, report AS report_digest,
       created_at, started_at, settled_at,
       compared.digest AS comparison_digest, compared.seq AS comparison_seq
  FROM (SELECT *
          FROM runs
         WHERE ($1::text[] IS NULL OR status = ANY ($1))
           AND ($4::text IS NULL OR dataset = $4)
           AND ($5::bigint IS NULL OR created_seq < $5)
           AND ($2::text IS NULL
                OR coalesce((SELECT bool_or($3::integer IS NULL OR number = $3)
                               FROM run_contenders
                              WHERE run_contenders.run_id = runs.run_id
                                AND model = $2), false))
           AND coalesce((SELECT bool_and((CASE term.attribute
                                              WHEN 'alias' THEN alias
                                              WHEN 'dataset' THEN dataset
                                              WHEN 'priority' THEN priority
                                              WHEN 'status' THEN status
                                              WHEN 'task' THEN task
                                          END IS NOT DISTINCT FROM wanted)
                                         = (term.comparison = '='))
                           FROM unnest($9::text[], $10::text[], $11::text[])
                                AS term (attribute, comparison, wanted)), true)
           AND coalesce((SELECT bool_and(coalesce(
                                (SELECT bool_or(CASE term.comparison
                                                     WHEN '>' THEN value > bound
                                                     WHEN '>=' THEN value >= bound
                                                     WHEN '<' THEN value < bound
                                                     WHEN '<=' THEN value <= bound
                                                     WHEN '=' THEN value = bound
                                                     WHEN '!=' THEN value <> bound
                                                 END)
                                   FROM run_metrics
                                  WHERE run_metrics.run_id = runs.run_id
                                    AND run_metrics.metric = term.metric), false))
                           FROM unnest($6::text[], $7::text[], $8::double precision[])
                                AS term (metric, comparison, bound)), true)
         ORDER BY created_seq DESC
         LIMIT $12) AS runs
  LEFT JOIN LATERAL (SELECT digest, seq
                       FROM comparison_runs
                      WHERE comparison_runs.run_id = runs.run_id
                        AND settled
                      ORDER BY seq DESC
                      LIMIT 1) AS compared ON true
 ORDER BY created_seq DESC;
