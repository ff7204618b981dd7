-- A part of a run's entries, in order of index, from any place on.
-- $1 uuid: run   $2 boolean: failed   $3 text: section   $4 text: split
-- $5 text: kind of difference   $6 text: a part of the entry's id, in small letters
-- $7 integer: so many before it   $8 integer: at most so many
SELECT e.index, e.entry_id, e.failed, e.target, e.section, e.split, e.metadata, e.predictions,
       e.judgements,
       s.scores, s.difference, s.difference_kind, s.n_agree, s.n_answers,
       s.distance_px, s.iou, s.confidence_difference
  FROM (SELECT entries.*
          FROM entries
         WHERE run_id = $1
           AND ($2::boolean IS NULL OR failed = $2)
           AND ($3::text IS NULL OR section = $3)
           AND ($4::text IS NULL OR split = $4)
           AND ($5::text IS NULL
                OR EXISTS (SELECT
                             FROM entry_scores
                            WHERE entry_scores.run_id = $1
                              AND entry_scores.index = entries.index
                              AND difference_kind = $5))
           AND ($6::text IS NULL OR strpos(lower(entry_id), $6) > 0)
         ORDER BY index
        OFFSET $7
         LIMIT $8) AS e
  LEFT JOIN entry_scores AS s USING (run_id, index)
 ORDER BY e.index;
