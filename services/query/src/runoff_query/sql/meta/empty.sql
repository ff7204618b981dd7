-- Takes every read model away, and the notes of the migrations that made them.
DROP SCHEMA IF EXISTS runoff CASCADE;
DROP SCHEMA IF EXISTS runoff_next CASCADE;
DROP SCHEMA IF EXISTS runoff_old CASCADE;
DELETE FROM runoff_meta.migrations;
DELETE FROM runoff_meta.rebuild;
