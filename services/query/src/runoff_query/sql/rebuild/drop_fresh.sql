-- Drops the tables of a rebuild that did not come to its end.
DROP SCHEMA IF EXISTS runoff_next CASCADE;
