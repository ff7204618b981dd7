-- Adds scores of entries in a table of their own: a score never rewrites a large row.
-- $1 uuid[]: run_id   $2 integer[]: index   $3 text[]: scores   $4 double precision[]: difference
-- $5 text[]: its kind $6 integer[]: n_agree $7 integer[]: n_answers
-- $8 double precision[]: confidence_difference
INSERT INTO entry_scores (run_id, index, scores, difference, difference_kind, n_agree, n_answers,
                          confidence_difference)
SELECT *
  FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::double precision[], $5::text[],
              $6::integer[], $7::integer[], $8::double precision[])
    ON CONFLICT (run_id, index) DO NOTHING;
