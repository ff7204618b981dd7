-- Takes out what is left of comparisons that are gone.
-- $1 uuid[]: deleted runs
DELETE FROM comparison_runs
 WHERE digest IN (SELECT digest
                    FROM comparison_runs
                   WHERE run_id = ANY ($1::uuid[]));
