-- Entries of a run in order of index.
-- $1 uuid: run   $2 double precision: not used, so that all orders take the same parameters
-- $3 integer: behind this index   $4 boolean: failed   $5 text: section   $6 text: split
-- $7 integer: at most so many
-- $8 text: approved, rejected (some contender's own answer), or none (of them reviewed)
SELECT e.index, e.entry_id, e.failed, e.target, e.section, e.split, e.metadata, e.predictions,
       e.judgements,
       s.scores, s.difference, s.difference_kind, s.n_agree, s.n_answers,
       s.distance_px, s.iou, s.confidence_difference, $2::double precision AS place
  FROM entries AS e
  LEFT JOIN entry_scores AS s USING (run_id, index)
 WHERE e.run_id = $1
   AND e.index > $3
   AND ($4::boolean IS NULL OR e.failed = $4)
   AND ($5::text IS NULL OR e.section = $5)
   AND ($6::text IS NULL OR e.split = $6)
   AND ($8::text IS NULL
        OR CASE $8
           WHEN 'none' THEN NOT EXISTS (SELECT 1
                                          FROM entry_review_states AS review
                                         WHERE review.run_id = e.run_id
                                           AND review.index = e.index
                                           AND review.answer_version = 1
                                           AND review.decision <> 'cleared')
           ELSE EXISTS (SELECT 1
                          FROM entry_review_states AS review
                         WHERE review.run_id = e.run_id
                           AND review.index = e.index
                           AND review.answer_version = 1
                           AND review.decision = $8)
           END)
 ORDER BY e.index
 LIMIT $7;
