-- Further versions of entries' answers: v2 and up. v1 stands in `entries`.
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
