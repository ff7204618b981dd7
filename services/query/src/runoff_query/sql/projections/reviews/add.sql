-- Adds reviews as they were made.
-- $1 uuid[]: run   $2 integer[]: index   $3 bigint[]: seq   $4 integer[]: contender
-- $5 integer[]: answer_version   $6 text[]: decision   $7 text[]: edited, JSON   $8 text[]: note
-- $9 text[]: reviewed_by   $10 timestamptz[]: reviewed_at
INSERT INTO entry_reviews (run_id, index, seq, contender, answer_version, decision, edited, note,
                           reviewed_by, reviewed_at)
SELECT *
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::integer[], $5::integer[], $6::text[],
              $7::text[], $8::text[], $9::text[], $10::timestamptz[]);
