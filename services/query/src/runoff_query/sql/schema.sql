-- The read models. Every row is a function of the log alone: no clock, no sequence, no default that
-- differs from one projection of the log to the next, so that a rebuild gives equal rows.
-- Tables are named without a schema: the search path says whether the live one is meant or the one
-- that a rebuild fills beside it. JSON is kept as text: it is passed through, never searched, and
-- the JSON types refuse U+0000, which a model may well answer.

CREATE TABLE projection_checkpoints (
    projection text PRIMARY KEY,
    last_seq   bigint NOT NULL,
    log_id     text NOT NULL
);

CREATE TABLE parked_messages (
    seq     bigint PRIMARY KEY,
    subject text NOT NULL,
    reason  text NOT NULL
);

CREATE TABLE deleted_runs (
    run_id uuid PRIMARY KEY,
    seq    bigint NOT NULL
);

CREATE TABLE datasets (
    dataset       text PRIMARY KEY,
    task          text NOT NULL,
    registered_at timestamptz NOT NULL,
    seq           bigint NOT NULL
);

CREATE TABLE dataset_versions (
    dataset   text NOT NULL,
    number    integer NOT NULL,
    digest    text NOT NULL,
    n_entries bigint NOT NULL,
    splits    text NOT NULL,
    sections  text NOT NULL,
    added_at  timestamptz NOT NULL,
    seq       bigint NOT NULL,
    fields    text,
    PRIMARY KEY (dataset, number)
);

CREATE TABLE models (
    model         text PRIMARY KEY,
    task          text NOT NULL,
    registered_at timestamptz NOT NULL,
    seq           bigint NOT NULL
);

CREATE TABLE model_versions (
    model    text NOT NULL,
    number   integer NOT NULL,
    digest   text NOT NULL,
    file     text,
    n_bytes  bigint,
    spec     text NOT NULL,
    added_at timestamptz NOT NULL,
    seq      bigint NOT NULL,
    PRIMARY KEY (model, number)
);

CREATE TABLE runs (
    run_id          uuid PRIMARY KEY,
    created_seq     bigint NOT NULL,
    seq             bigint NOT NULL,
    status          text NOT NULL,
    task            text NOT NULL,
    dataset         text NOT NULL,
    dataset_version integer NOT NULL,
    dataset_digest  text NOT NULL,
    selection       text,
    entries_digest  text NOT NULL,
    n_entries       bigint NOT NULL,
    n_processed     bigint NOT NULL,
    n_scored        bigint NOT NULL,
    n_failed        bigint NOT NULL,
    config          text NOT NULL,
    priority        text NOT NULL,
    alias           text,
    labels          text NOT NULL,
    reason          text,
    created_at      timestamptz NOT NULL,
    started_at      timestamptz,
    settled_at      timestamptz,
    scorers         text NOT NULL,
    start_at        timestamptz,
    answers_from    text,
    report          text,
    kind            text NOT NULL,
    archived        boolean NOT NULL
) WITH (fillfactor = 70);

-- Terms on attributes are read out of the index, a tenth of the table; progress changes none of its
-- columns.
CREATE UNIQUE INDEX runs_newest
    ON runs (created_seq DESC)
       INCLUDE (run_id, status, kind, task, dataset, dataset_version, priority, alias, n_entries,
                created_at, started_at, settled_at, archived);
-- What nearly every list is walked along: a twentieth of the index above.
CREATE INDEX runs_shown ON runs (created_seq DESC) WHERE NOT archived;
CREATE INDEX runs_alias ON runs (alias, created_seq DESC);
CREATE INDEX runs_duration
    ON runs ((extract(epoch FROM settled_at - started_at)::double precision) DESC, created_seq DESC);
CREATE INDEX runs_status ON runs (status, created_seq DESC);
CREATE INDEX runs_dataset ON runs (dataset, created_seq DESC);

CREATE TABLE run_contenders (
    run_id          uuid NOT NULL,
    position        integer NOT NULL,
    model           text NOT NULL,
    number          integer,
    digest          text NOT NULL,
    n_answered      bigint NOT NULL,
    n_failed        bigint NOT NULL,
    n_scored        bigint NOT NULL,
    n_correct       bigint NOT NULL,
    latency_ns      bigint NOT NULL,
    primary_scorer  text NOT NULL,
    n_timed         bigint NOT NULL,
    cost_picousd    bigint NOT NULL,
    n_priced        bigint NOT NULL,
    n_input_tokens  bigint NOT NULL,
    n_output_tokens bigint NOT NULL,
    n_metered       bigint NOT NULL,
    n_uploaded       bigint,
    uploads_complete boolean,
    PRIMARY KEY (run_id, position)
) WITH (fillfactor = 70);

CREATE INDEX run_contenders_model ON run_contenders (model, run_id);

CREATE TABLE run_metrics (
    run_id   uuid NOT NULL,
    position integer NOT NULL,
    metric   text NOT NULL,
    value    double precision NOT NULL,
    PRIMARY KEY (run_id, metric, position)
) WITH (fillfactor = 70);

-- A metric over the contenders of a run: one row for a run, so that an index has the runs in order. `created_seq` is the run's place in every list.
CREATE TABLE run_ranges (
    metric      text NOT NULL,
    created_seq bigint NOT NULL,
    lowest      double precision NOT NULL,
    highest     double precision NOT NULL,
    mean        double precision NOT NULL,
    PRIMARY KEY (metric, created_seq) INCLUDE (lowest, highest, mean)
) WITH (fillfactor = 70);

CREATE INDEX run_ranges_highest ON run_ranges (metric, highest DESC, created_seq DESC);
CREATE INDEX run_ranges_lowest ON run_ranges (metric, lowest, created_seq DESC);

-- `head` is what of a value fits into an index; `number` is what it is as a number, if it is one.
CREATE TABLE run_params (
    run_id      uuid NOT NULL,
    created_seq bigint NOT NULL,
    key         text NOT NULL,
    value       text NOT NULL,
    head        text NOT NULL,
    number      double precision,
    PRIMARY KEY (created_seq, key)
);

CREATE INDEX run_params_run ON run_params (run_id);
CREATE INDEX run_params_head ON run_params (key, head, created_seq DESC);
CREATE INDEX run_params_number ON run_params (key, number, created_seq DESC);

CREATE TABLE run_labels (
    run_id      uuid NOT NULL,
    created_seq bigint NOT NULL,
    key         text NOT NULL,
    value       text NOT NULL,
    PRIMARY KEY (created_seq, key)
);

CREATE INDEX run_labels_run ON run_labels (run_id);
CREATE INDEX run_labels_value ON run_labels (key, value, created_seq DESC);

-- Words as arrays: a tsvector has no hash, by which a rebuild compares its rows.
CREATE TABLE run_words (
    created_seq bigint PRIMARY KEY,
    run_id      uuid NOT NULL,
    run_words   text[] NOT NULL,
    label_words text[] NOT NULL,
    param_words text[] NOT NULL
);

CREATE UNIQUE INDEX run_words_run ON run_words (run_id);
-- Without a list of pending words, which every search would read to its end.
CREATE INDEX run_words_found
    ON run_words USING gin (array_to_tsvector(run_words || label_words || param_words))
  WITH (fastupdate = off);

CREATE TABLE run_judges (
    run_id          uuid NOT NULL,
    scorer          text NOT NULL,
    model           text NOT NULL,
    number          integer,
    digest          text NOT NULL,
    n_verdicts      bigint NOT NULL,
    n_failed        bigint NOT NULL,
    cost_picousd    bigint NOT NULL,
    n_priced        bigint NOT NULL,
    n_input_tokens  bigint NOT NULL,
    n_output_tokens bigint NOT NULL,
    n_metered       bigint NOT NULL,
    PRIMARY KEY (run_id, scorer)
) WITH (fillfactor = 70);

CREATE TABLE entries (
    run_id      uuid NOT NULL,
    index       integer NOT NULL,
    entry_id    text NOT NULL,
    failed      boolean NOT NULL,
    target      text,
    section     text,
    split       text,
    metadata    text,
    predictions text NOT NULL,
    judgements  text,
    PRIMARY KEY (run_id, index) INCLUDE (failed, section, split)
);

CREATE INDEX entries_id ON entries (run_id, entry_id);

CREATE TABLE entry_scores (
    run_id                uuid NOT NULL,
    index                 integer NOT NULL,
    scores                text NOT NULL,
    difference            double precision,
    difference_kind       text,
    n_agree               integer,
    n_answers             integer,
    confidence_difference double precision,
    distance_px           double precision,
    iou                   double precision,
    PRIMARY KEY (run_id, index)
);

-- Most disputed first, entries without a difference last, and ascending in every column, so that
-- one row comparison finds the next page however many entries share a difference.
CREATE INDEX entry_scores_difference
    ON entry_scores (run_id, (coalesce(- difference, 1)), index);
CREATE INDEX entry_scores_confidence
    ON entry_scores (run_id, (coalesce(- confidence_difference, 1)), index);

CREATE TABLE comparisons (
    digest         text PRIMARY KEY,
    first_document text,
    dataset        text NOT NULL,
    models         text NOT NULL,
    verdict        text NOT NULL,
    computed_at    timestamptz NOT NULL,
    seq            bigint NOT NULL,
    scores_digest  text NOT NULL,
    task           text NOT NULL,
    measure        text NOT NULL,
    winners        text NOT NULL,
    certainty      text NOT NULL,
    settled        boolean NOT NULL
);

CREATE UNIQUE INDEX comparisons_newest ON comparisons (seq DESC);

CREATE TABLE comparison_runs (
    run_id  uuid NOT NULL,
    digest  text NOT NULL,
    seq     bigint NOT NULL,
    settled boolean NOT NULL,
    PRIMARY KEY (run_id, digest)
);

CREATE INDEX comparison_runs_digest ON comparison_runs (digest);

CREATE TABLE answer_versions (
    run_id         uuid NOT NULL,
    index          integer NOT NULL,
    answer_version integer NOT NULL,
    parent         integer NOT NULL,
    mode           text NOT NULL,
    seed           text,
    contenders     integer[] NOT NULL,
    asked_at       timestamptz NOT NULL,
    answered_at    timestamptz,
    predictions    text,
    worker         text,
    PRIMARY KEY (run_id, index, answer_version)
);

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
