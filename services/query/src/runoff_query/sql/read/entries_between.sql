-- Entries of a run whose index is in a range, in order, with every column that entries and their
-- scores have; where both have one, that of entries stands last and counts.
-- $1 uuid: run   $2 integer: from this index   $3 integer: to before this one
-- Both tables are bounded by the range: on tables that were not analyzed yet a LIMIT would make
-- the planner sort all of a run for every page.
SELECT s.*, e.*
  FROM entries AS e
  LEFT JOIN entry_scores AS s
    ON s.run_id = $1
   AND s.index = e.index
   AND s.index >= $2
   AND s.index < $3
 WHERE e.run_id = $1
   AND e.index >= $2
   AND e.index < $3
 ORDER BY e.index;
