-- Sealed plans, the runs that were launched under them, and the runs that were decided before their
-- end.
CREATE TABLE plans (
    digest    text PRIMARY KEY,
    plan      text NOT NULL,
    sealed_at timestamptz NOT NULL,
    seq       bigint NOT NULL
);

CREATE UNIQUE INDEX plans_newest ON plans (seq DESC);

CREATE TABLE run_plans (
    run_id uuid PRIMARY KEY,
    digest text NOT NULL,
    seq    bigint NOT NULL
);

CREATE INDEX run_plans_digest ON run_plans (digest, seq DESC);

CREATE TABLE run_decisions (
    run_id    uuid PRIMARY KEY,
    watched   text NOT NULL,
    n_planned bigint
);
