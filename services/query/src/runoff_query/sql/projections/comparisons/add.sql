-- Adds a comparison; the same document computed again is the one that is there.
-- $1 text: digest   $2 text: document   $3 timestamptz: computed_at   $4 bigint: seq
INSERT INTO comparisons (digest, document, computed_at, seq)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (digest) DO NOTHING;
