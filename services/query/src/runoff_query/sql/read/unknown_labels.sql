-- Labels that no target of a run has; none at all where the run has no targets.
-- $1 uuid: run   $2 text[]: labels   $3 text[]: how each stands in a target's JSON
SELECT wanted.label
  FROM unnest($2::text[], $3::text[]) AS wanted (label, part)
 WHERE NOT EXISTS (SELECT 1
                     FROM entries
                    WHERE run_id = $1
                      AND strpos(target, wanted.part) > 0)
   AND EXISTS (SELECT 1
                 FROM entries
                WHERE run_id = $1
                  AND target IS NOT NULL);
