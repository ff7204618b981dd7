-- Migrations that this database has, oldest first: number, name, digest.
SELECT number, name, digest
  FROM runoff_meta.migrations
 ORDER BY number;
