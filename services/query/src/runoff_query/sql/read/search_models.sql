-- Models whose name or task has all of these words: id, title, note.
-- $1 text[]: words in small letters   $2 integer: at most so many
SELECT model AS id, model AS title, task AS note
  FROM models
 WHERE (SELECT bool_and(strpos(lower(model || ' ' || task), word) > 0)
          FROM unnest($1::text[]) AS word)
 ORDER BY model
 LIMIT $2;
