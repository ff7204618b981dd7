-- Takes comparisons out that name a deleted run: their documents show its numbers.
-- $1 uuid[]: runs
DELETE FROM comparisons
 WHERE digest IN (SELECT digest
                    FROM comparison_runs
                   WHERE run_id = ANY ($1::uuid[]));
