-- Datasets whose name or task has all of these words: id, title, note.
-- $1 text[]: words in small letters   $2 integer: at most so many
SELECT dataset AS id, dataset AS title, task AS note
  FROM datasets
 WHERE (SELECT bool_and(strpos(lower(dataset || ' ' || task), word) > 0)
          FROM unnest($1::text[]) AS word)
 ORDER BY dataset
 LIMIT $2;
