-- Brings runs forward: a null leaves a column as it is, counts are added.
-- $1 uuid[]: run_id        $2 bigint[]: seq           $3 text[]: status, where `resumed` is the one
--   that the run had when it was paused: pending until it was started
-- $4 timestamptz[]: started_at   $5 timestamptz[]: settled_at   $6 text[]: reason
-- $7 bigint[]: n_processed $8 bigint[]: n_failed      $9 bigint[]: n_scored
-- $10 boolean[]: edited, then the alias and the labels are as they say here, null included
-- $11 text[]: alias        $12 text[]: labels         $13 text[]: report
-- $14 boolean[]: archived
UPDATE runs
   SET seq = change.seq,
       status = CASE
                WHEN change.status = 'resumed'
                 AND coalesce(change.started_at, runs.started_at) IS NULL THEN 'pending'
                WHEN change.status = 'resumed' THEN 'running'
                ELSE coalesce(change.status, runs.status)
                END,
       started_at = coalesce(change.started_at, runs.started_at),
       settled_at = coalesce(change.settled_at, runs.settled_at),
       reason = coalesce(change.reason, runs.reason),
       n_processed = runs.n_processed + change.n_processed,
       n_failed = runs.n_failed + change.n_failed,
       n_scored = runs.n_scored + change.n_scored,
       alias = CASE WHEN change.edited THEN change.alias ELSE runs.alias END,
       labels = CASE WHEN change.edited THEN change.labels ELSE runs.labels END,
       report = coalesce(change.report, runs.report),
       archived = coalesce(change.archived, runs.archived)
  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[],
              $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::boolean[], $11::text[],
              $12::text[], $13::text[], $14::boolean[])
       AS change (run_id, seq, status, started_at, settled_at, reason, n_processed, n_failed,
                  n_scored, edited, alias, labels, report, archived)
 WHERE runs.run_id = change.run_id;
