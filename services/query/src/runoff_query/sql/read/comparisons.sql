-- Comparisons, newest first: digest, dataset, models, verdict, computed_at, seq, scores_digest,
-- task, measure, winners, certainty, runs.
-- $1 bigint: before this sequence, or null   $2 integer: at most so many
SELECT digest, dataset, models, verdict, computed_at, seq, scores_digest, task, measure, winners,
       certainty,
       ARRAY (SELECT run_id
                FROM comparison_runs
               WHERE comparison_runs.digest = comparisons.digest
               ORDER BY run_id) AS run_ids
  FROM comparisons
 WHERE $1::bigint IS NULL
    OR seq < $1
 ORDER BY seq DESC
 LIMIT $2;
