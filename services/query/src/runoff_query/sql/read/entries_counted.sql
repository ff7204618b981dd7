-- How many entries of a run fit, and how many of them are scored.
-- $1 uuid: run   $2 boolean: failed   $3 text: section   $4 text: split
-- $5 text: kind of difference   $6 text: a part of the entry's id, in small letters
SELECT count(*) AS n_matching,
       count(s.index) AS n_scored
  FROM entries AS e
  LEFT JOIN entry_scores AS s
    ON s.run_id = $1
   AND s.index = e.index
 WHERE e.run_id = $1
   AND ($2::boolean IS NULL OR e.failed = $2)
   AND ($3::text IS NULL OR e.section = $3)
   AND ($4::text IS NULL OR e.split = $4)
   AND ($5::text IS NULL OR s.difference_kind = $5)
   AND ($6::text IS NULL OR strpos(lower(e.entry_id), $6) > 0);
