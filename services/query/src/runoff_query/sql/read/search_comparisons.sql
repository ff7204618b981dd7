-- The newest comparisons whose dataset, models or verdict have all of these words: id, title (the
-- models), note (the verdict). Of the newest two thousand: their texts are in no index.
-- $1 text[]: words in small letters   $2 integer: at most so many
SELECT digest AS id, models AS title, verdict AS note
  FROM (SELECT digest, dataset, models, verdict, seq
          FROM comparisons
         ORDER BY seq DESC
         LIMIT 2000) AS newest
 WHERE (SELECT bool_and(strpos(lower(dataset || ' ' || models || ' ' || verdict), word) > 0)
          FROM unnest($1::text[]) AS word)
 ORDER BY seq DESC
 LIMIT $2;
