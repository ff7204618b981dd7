-- Adds a comparison; the same document computed again is the one that is there.
-- $1 text: digest   $2 text: document   $3 text: dataset   $4 text: models   $5 text: verdict
-- $6 timestamptz: computed_at   $7 bigint: seq
INSERT INTO comparisons (digest, document, dataset, models, verdict, computed_at, seq)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (digest) DO NOTHING;
