-- Parameters of runs with every version of them, what runs were launched with, and reviews of
-- answers. Both projections are new, so they fill their tables from the beginning of the log.
CREATE TABLE run_params_versions (
    run_id         uuid NOT NULL,
    params_version integer NOT NULL,
    params         text NOT NULL,
    params_from    uuid,
    changed_by     text NOT NULL,
    changed_at     timestamptz NOT NULL,
    seq            bigint NOT NULL,
    PRIMARY KEY (run_id, params_version)
);

CREATE TABLE run_lineage (
    run_id  uuid PRIMARY KEY,
    lineage text,
    summary text,
    server  text
);

CREATE TABLE entry_reviews (
    run_id         uuid NOT NULL,
    index          integer NOT NULL,
    seq            bigint NOT NULL,
    contender      integer NOT NULL,
    answer_version integer NOT NULL,
    decision       text NOT NULL,
    edited         text,
    note           text NOT NULL,
    reviewed_by    text NOT NULL,
    reviewed_at    timestamptz NOT NULL,
    PRIMARY KEY (run_id, index, seq)
);

-- The newest review of each answer.
CREATE TABLE entry_review_states (
    run_id         uuid NOT NULL,
    index          integer NOT NULL,
    contender      integer NOT NULL,
    answer_version integer NOT NULL,
    decision       text NOT NULL,
    seq            bigint NOT NULL,
    PRIMARY KEY (run_id, index, contender, answer_version)
) WITH (fillfactor = 70);

-- How many of the runs' own answers (version 1) stand approved and rejected.
CREATE TABLE run_approvals (
    run_id     uuid NOT NULL,
    position   integer NOT NULL,
    n_approved bigint NOT NULL,
    n_rejected bigint NOT NULL,
    PRIMARY KEY (run_id, position)
) WITH (fillfactor = 70);
