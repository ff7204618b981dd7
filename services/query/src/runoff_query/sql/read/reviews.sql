-- Reviews of entries, oldest first, each with whether it is the newest of its answer.
-- $1 uuid: run   $2 integer[]: indexes   $3 boolean: older and cleared ones too
-- $4 integer: at most so many
SELECT review.index, review.contender, review.answer_version, review.decision, review.edited,
       review.note, review.reviewed_by, review.reviewed_at, state.seq IS NOT NULL AS counts
  FROM entry_reviews AS review
  LEFT JOIN entry_review_states AS state
    ON state.run_id = review.run_id
   AND state.index = review.index
   AND state.contender = review.contender
   AND state.answer_version = review.answer_version
   AND state.seq = review.seq
 WHERE review.run_id = $1
   AND review.index = ANY ($2::integer[])
   AND ($3 OR (state.seq IS NOT NULL AND review.decision <> 'cleared'))
 ORDER BY review.index, review.seq DESC
 LIMIT $4;
