-- Indexes of the largest fresh tables that no write looks into: how each is dropped and made.
SELECT format('DROP INDEX %I.%I', indexes.schemaname, indexes.indexname) AS dropping,
       indexes.indexdef AS making
  FROM pg_indexes AS indexes
 WHERE indexes.schemaname = 'runoff_next'
   AND indexes.tablename IN ('entries', 'entry_scores')
   AND NOT EXISTS (SELECT
                     FROM pg_constraint
                    WHERE connamespace = 'runoff_next'::regnamespace
                      AND conname = indexes.indexname)
 ORDER BY indexes.indexname;
