-- Adds a plan; one that is there stays as it is.
-- $1 text: digest   $2 text: plan, JSON   $3 timestamptz: sealed_at   $4 bigint: seq
INSERT INTO plans (digest, plan, sealed_at, seq)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (digest) DO NOTHING;
