-- What the tables are of: log_id, seq up to which all of them have the log, and a number that
-- changes when a rebuild puts other tables in their place.
SELECT coalesce(max(log_id), '') AS log_id,
       coalesce(min(last_seq), 0) AS seq,
       'runs'::regclass::oid::bigint AS generation
  FROM projection_checkpoints;
