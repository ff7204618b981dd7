-- Adds a comparison; the same document computed again is the one that is there.
-- $1 text: digest   $2 text: document of the first version, else null   $3 text: dataset
-- $4 text: models   $5 text: verdict   $6 timestamptz: computed_at   $7 bigint: seq
-- $8 text: scores_digest   $9 text: task   $10 text: measure   $11 text: winners
-- $12 text: certainty   $13 boolean: settled
INSERT INTO comparisons (digest, first_document, dataset, models, verdict, computed_at, seq,
                         scores_digest, task, measure, winners, certainty, settled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (digest) DO NOTHING;
