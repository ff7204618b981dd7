-- Sets which review counts of each answer, and adds the difference to its contender's counts.
-- $1 uuid[]: run   $2 integer[]: index   $3 integer[]: contender   $4 integer[]: answer_version
-- $5 text[]: decision   $6 bigint[]: seq; each answer once, with its newest review
-- All parts see the states as they were before: that is what the difference is to.
WITH change AS (
    SELECT *
      FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6::bigint[])
           AS change (run_id, index, contender, answer_version, decision, seq)
), counted AS (
    SELECT change.run_id, change.contender,
           sum((change.decision = 'approved')::integer
               - (state.decision IS NOT DISTINCT FROM 'approved')::integer) AS n_approved,
           sum((change.decision = 'rejected')::integer
               - (state.decision IS NOT DISTINCT FROM 'rejected')::integer) AS n_rejected
      FROM change
      LEFT JOIN entry_review_states AS state USING (run_id, index, contender, answer_version)
     WHERE answer_version = 1
     GROUP BY change.run_id, change.contender
), written AS (
    INSERT INTO entry_review_states (run_id, index, contender, answer_version, decision, seq)
    SELECT run_id, index, contender, answer_version, decision, seq
      FROM change
        ON CONFLICT (run_id, index, contender, answer_version)
        DO UPDATE SET decision = excluded.decision, seq = excluded.seq
)
INSERT INTO run_approvals AS before (run_id, position, n_approved, n_rejected)
SELECT run_id, contender, n_approved, n_rejected
  FROM counted
    ON CONFLICT (run_id, position)
    DO UPDATE SET n_approved = before.n_approved + excluded.n_approved,
                  n_rejected = before.n_rejected + excluded.n_rejected;
