-- Pieces of what lists entries of a run. {key} is one of the keys below; $1 is always the run.
-- Conditions, which are left out where they are null:
-- $2 boolean: failed   $3 text: section   $4 text: split
-- $5 text: approved, rejected (some contender's own answer), or none (of them reviewed)

-- [index key]
0::double precision

-- [difference key]
coalesce(- s.difference, 1)

-- [confidence_difference key]
coalesce(- s.confidence_difference, 1)

-- [columns]
e.index, e.entry_id, e.failed, e.target, e.section, e.split, e.metadata, e.predictions,
       e.judgements, s.scores, s.difference, s.difference_kind, s.n_agree, s.n_answers,
       s.distance_px, s.iou, s.confidence_difference

-- [conditions]
($2::boolean IS NULL OR e.failed = $2)
   AND ($3::text IS NULL OR e.section = $3)
   AND ($4::text IS NULL OR e.split = $4)
   AND ($5::text IS NULL
        OR CASE $5
           WHEN 'none' THEN NOT EXISTS (SELECT
                                          FROM entry_review_states AS review
                                         WHERE review.run_id = e.run_id
                                           AND review.index = e.index
                                           AND review.answer_version = 1
                                           AND review.decision <> 'cleared')
           ELSE EXISTS (SELECT
                          FROM entry_review_states AS review
                         WHERE review.run_id = e.run_id
                           AND review.index = e.index
                           AND review.answer_version = 1
                           AND review.decision = $5)
           END)

-- [by key]
-- Scored entries behind a place, by a difference: the largest first, those that have none last.
-- $6 double precision, $7 integer: the place and index of the last one   $8: at most so many
-- OFFSET 0 keeps the planner from joining all of a run's entries before it sorts them: the index
-- has the order, and a page is a few look-ups.
SELECT {columns}, {key} AS place
  FROM entry_scores AS s
 CROSS JOIN LATERAL (SELECT *
                       FROM entries
                      WHERE entries.run_id = s.run_id
                        AND entries.index = s.index
                     OFFSET 0) AS e
 WHERE s.run_id = $1
   AND ({key}, s.index) > ($6, $7)
   AND {conditions}
 ORDER BY {key}, s.index
 LIMIT $8

-- [by index]
-- Entries behind an index.
-- $6 double precision: not used, so that all orders take the same parameters
-- $7 integer: the last index   $8: at most so many
-- Of scores too the index is said to be behind it: else all those before are read to be joined.
SELECT {columns}, $6::double precision AS place
  FROM entries AS e
  LEFT JOIN entry_scores AS s
    ON s.run_id = e.run_id
   AND s.index = e.index
   AND s.index > $7
 WHERE e.run_id = $1
   AND e.index > $7
   AND {conditions}
 ORDER BY e.index
 LIMIT $8

-- [unscored]
-- Entries behind an index that are processed and not scored yet.
-- $6 double precision: not used   $7 integer: the last index   $8: at most so many
SELECT {columns}, $6::double precision AS place
  FROM entries AS e
  LEFT JOIN entry_scores AS s
    ON s.run_id = e.run_id
   AND s.index = e.index
   AND s.index > $7
 WHERE e.run_id = $1
   AND s.index IS NULL
   AND e.index > $7
   AND {conditions}
 ORDER BY e.index
 LIMIT $8

-- [order]
-- What entries are sorted by, in no order: indexes of four bytes each, and keys of eight; those of
-- entries that are not scored yet are null. Two values, since rows would take ten times as long to
-- read; and numpy sorts them in a fraction of the time that it takes here.
-- $6 text: kind of difference   $7 text: a part of the entry's id, in small letters
SELECT string_agg(int4send(e.index), ''::bytea) AS indexes,
       string_agg(float8send(CASE WHEN s.index IS NULL THEN 2 ELSE {key} END), ''::bytea) AS keys
  FROM entries AS e
  LEFT JOIN entry_scores AS s
    ON s.run_id = $1
   AND s.index = e.index
 WHERE e.run_id = $1
   AND ($6::text IS NULL OR s.difference_kind = $6)
   AND ($7::text IS NULL OR strpos(lower(e.entry_id), $7) > 0)
   AND {conditions}

-- [order of scored]
-- The same of entries that are all scored, where nothing is asked of them that scores do not say.
-- $2 text: kind of difference
SELECT string_agg(int4send(s.index), ''::bytea) AS indexes,
       string_agg(float8send({key}), ''::bytea) AS keys
  FROM entry_scores AS s
 WHERE s.run_id = $1
   AND ($2::text IS NULL OR s.difference_kind = $2)

-- [placed]
-- Entries at these indexes, in the order of the indexes.
-- $2 integer[]: indexes
SELECT {columns}
  FROM unnest($2::integer[]) WITH ORDINALITY AS wanted (index, ordinal)
  JOIN entries AS e
    ON e.run_id = $1
   AND e.index = wanted.index
  LEFT JOIN entry_scores AS s
    ON s.run_id = $1
   AND s.index = wanted.index
 ORDER BY wanted.ordinal
