-- What runs are found, ordered and grouped by. The tables of parameters, labels and words belong to
-- a projection of their own, which reads the log from its beginning; the rest is filled in here.

ALTER TABLE runs ADD COLUMN kind text;
UPDATE runs
   SET kind = CASE answers_from::json ->> 'what'
              WHEN 'all' THEN 'rescore'
              WHEN 'answered' THEN 'retry'
              ELSE CASE WHEN (SELECT bool_and(model LIKE 'upload/%')
                                FROM run_contenders
                               WHERE run_contenders.run_id = runs.run_id) THEN 'upload'
                        ELSE 'analyze' END
              END;
ALTER TABLE runs ALTER COLUMN kind SET NOT NULL;

-- Terms on attributes are read out of the index, a tenth of the table; progress changes none of its
-- columns.
DROP INDEX runs_newest;
CREATE UNIQUE INDEX runs_newest
    ON runs (created_seq DESC)
       INCLUDE (run_id, status, kind, task, dataset, dataset_version, priority, alias, n_entries,
                created_at, started_at, settled_at);
CREATE INDEX runs_alias ON runs (alias, created_seq DESC);
CREATE INDEX runs_duration
    ON runs ((extract(epoch FROM settled_at - started_at)::double precision) DESC, created_seq DESC);

-- A metric over the contenders of a run: one row for a run, so that an index has the runs in order. `created_seq` is the run's place in every list.
CREATE TABLE run_ranges (
    metric      text NOT NULL,
    created_seq bigint NOT NULL,
    lowest      double precision NOT NULL,
    highest     double precision NOT NULL,
    mean        double precision NOT NULL,
    PRIMARY KEY (metric, created_seq) INCLUDE (lowest, highest, mean)
) WITH (fillfactor = 70);

INSERT INTO run_ranges (metric, created_seq, lowest, highest, mean)
SELECT metric, created_seq, min(value), max(value), avg(value ORDER BY position)
  FROM run_metrics
  JOIN runs USING (run_id)
 GROUP BY metric, created_seq;

CREATE INDEX run_ranges_highest ON run_ranges (metric, highest DESC, created_seq DESC);
CREATE INDEX run_ranges_lowest ON run_ranges (metric, lowest, created_seq DESC);
DROP INDEX run_metrics_metric;

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
