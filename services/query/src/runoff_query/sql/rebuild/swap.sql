-- Puts the fresh tables in the place of the live ones. A projector that waits for the live
-- checkpoints finds them gone, reads the fresh ones and goes on from there.
DELETE FROM runoff.projection_checkpoints;
ALTER SCHEMA runoff RENAME TO runoff_old;
ALTER SCHEMA runoff_next RENAME TO runoff;
SET LOCAL synchronous_commit = on;
