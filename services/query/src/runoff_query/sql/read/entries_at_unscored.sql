-- A part of a run's entries that are processed and not scored yet, in order of index, from any place on.
-- $1 uuid: run   $2 boolean: failed   $3 text: section   $4 text: split
-- $5 text: not used, so that all orders take the same parameters
-- $6 text: a part of the entry's id, in small letters
-- $7 integer: so many before it   $8 integer: at most so many
SELECT e.index, e.entry_id, e.failed, e.target, e.section, e.split, e.metadata, e.predictions,
       e.judgements,
       s.scores, s.difference, s.difference_kind, s.n_agree, s.n_answers,
       s.distance_px, s.iou, s.confidence_difference
  FROM entries AS e
  LEFT JOIN entry_scores AS s USING (run_id, index)
 WHERE e.run_id = $1
   AND s.index IS NULL
   AND $5::text IS NULL
   AND ($2::boolean IS NULL OR e.failed = $2)
   AND ($3::text IS NULL OR e.section = $3)
   AND ($4::text IS NULL OR e.split = $4)
   AND ($6::text IS NULL OR strpos(lower(e.entry_id), $6) > 0)
 ORDER BY e.index
OFFSET $7
 LIMIT $8;
