-- Notes that a migration was applied.
-- $1 integer: number   $2 text: name   $3 text: digest of its text
INSERT INTO runoff_meta.migrations (number, name, digest)
VALUES ($1, $2, $3);
