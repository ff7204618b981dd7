-- Groups of runs, the largest first, those of one size by name; runs without a name are one more.
-- Of a long name its beginning and its hash are sorted by, so that a cursor has room for them.
SELECT key, n_runs, newest_at, is_null, head, hash
  FROM (SELECT key, n_runs, newest_at, key IS NULL AS is_null,
               left(coalesce(key, ''), 100) COLLATE "C" AS head,
               md5(coalesce(key, '')) COLLATE "C" AS hash
          FROM (SELECT {key} AS key, count(*) AS n_runs, max(runs.created_at) AS newest_at
                  FROM runs
                  {source}
                 WHERE {condition}
                 GROUP BY 1) AS grouped) AS sorted
 WHERE {behind}
 ORDER BY - n_runs, is_null, head, hash
 LIMIT {limit};
