-- What judging models said of entries, and what each judge of a run has done and cost so far.
-- Runs of before had no judge, so that nothing is to be filled in.
ALTER TABLE entries ADD COLUMN judgements text;

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
