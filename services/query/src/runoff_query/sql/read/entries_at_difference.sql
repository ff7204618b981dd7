-- A part of a run's scored entries, largest difference first, from any place on.
-- $1 uuid: run   $2 boolean: failed   $3 text: section   $4 text: split
-- $5 text: kind of difference   $6 text: a part of the entry's id, in small letters
-- $7 integer: so many before it   $8 integer: at most so many
-- Rows before the part are counted in the index's own table: only conditions that are given look at
-- an entry, and only the entries of the part are read whole.
SELECT e.index, e.entry_id, e.failed, e.target, e.section, e.split, e.metadata, e.predictions,
       e.judgements,
       s.scores, s.difference, s.difference_kind, s.n_agree, s.n_answers,
       s.distance_px, s.iou, s.confidence_difference
  FROM (SELECT *
          FROM entry_scores AS scored
         WHERE run_id = $1
           AND ($5::text IS NULL OR difference_kind = $5)
           AND (coalesce($2::boolean::text, $3::text, $4::text, $6::text) IS NULL
                OR EXISTS (SELECT
                             FROM entries
                            WHERE entries.run_id = $1
                              AND entries.index = scored.index
                              AND ($2::boolean IS NULL OR failed = $2)
                              AND ($3::text IS NULL OR section = $3)
                              AND ($4::text IS NULL OR split = $4)
                              AND ($6::text IS NULL OR strpos(lower(entry_id), $6) > 0)))
         ORDER BY coalesce(- difference, 1), index
        OFFSET $7
         LIMIT $8) AS s
  JOIN entries AS e USING (run_id, index)
 ORDER BY coalesce(- s.difference, 1), s.index;
