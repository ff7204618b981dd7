-- Comparisons, newest first: digest, dataset, models, verdict, computed_at, seq, scores_digest,
-- task, measure, winners, certainty, runs.
-- $1 bigint: before this sequence, or null   $2 uuid: with this run   $3 text: task
-- $4 text: dataset   $5 integer: at most so many
SELECT digest, dataset, models, verdict, computed_at, seq, scores_digest, task, measure, winners,
       certainty,
       ARRAY (SELECT run_id
                FROM comparison_runs
               WHERE comparison_runs.digest = comparisons.digest
               ORDER BY run_id) AS run_ids
  FROM comparisons
 WHERE ($1::bigint IS NULL OR seq < $1)
   AND ($2::uuid IS NULL OR EXISTS (SELECT
                                      FROM comparison_runs
                                     WHERE comparison_runs.digest = comparisons.digest
                                       AND comparison_runs.run_id = $2))
   AND ($3::text IS NULL OR task = $3)
   AND ($4::text IS NULL OR dataset = $4)
 ORDER BY seq DESC
 LIMIT $5;
