-- One entry of a run.
-- $1 uuid: run   $2 text: entry_id
SELECT e.index, e.entry_id, e.failed, e.target, e.section, e.split, e.metadata, e.predictions,
       e.judgements,
       s.scores, s.difference, s.difference_kind, s.n_agree, s.n_answers,
       s.distance_px, s.iou, s.confidence_difference
  FROM entries AS e
  LEFT JOIN entry_scores AS s USING (run_id, index)
 WHERE e.run_id = $1
   AND e.entry_id = $2
 ORDER BY e.index
 LIMIT 1;
