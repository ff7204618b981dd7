-- Drops the tables that a swap took out of use.
DROP SCHEMA IF EXISTS runoff_old CASCADE;
