-- Clears what an earlier rebuild left and makes an empty schema for the fresh tables. Writes of
-- this session need not be durable one by one: a rebuild that is cut off starts over.
DROP SCHEMA IF EXISTS runoff_next CASCADE;
DROP SCHEMA IF EXISTS runoff_old CASCADE;
CREATE SCHEMA runoff_next;
SET synchronous_commit = off;
