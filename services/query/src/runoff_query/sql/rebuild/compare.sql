-- Fresh against live, every table that either has: table_name, n_rows, n_rows_live, equal.
SELECT tables.table_name,
       coalesce(fresh.n_rows, 0) AS n_rows,
       coalesce(live.n_rows, 0) AS n_rows_live,
       (fresh.n_rows, fresh.digest) IS NOT DISTINCT FROM (live.n_rows, live.digest) AS equal
  FROM (SELECT tablename::text AS table_name,
               bool_or(schemaname = 'runoff_next') AS is_fresh,
               bool_or(schemaname = 'runoff') AS is_live
          FROM pg_tables
         WHERE schemaname IN ('runoff', 'runoff_next')
         GROUP BY tablename) AS tables
  LEFT JOIN LATERAL runoff_meta.table_digest('runoff_next', tables.table_name) AS fresh
         ON tables.is_fresh
  LEFT JOIN LATERAL runoff_meta.table_digest('runoff', tables.table_name) AS live
         ON tables.is_live
 ORDER BY tables.table_name;
