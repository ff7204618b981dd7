-- Archived runs are left out of lists that do not ask for them. The index that lists are read out of
-- has it too, so that they never look at the wide rows for it.
ALTER TABLE runs ADD COLUMN archived boolean NOT NULL DEFAULT false;
ALTER TABLE runs ALTER COLUMN archived DROP DEFAULT;

DROP INDEX runs_newest;
CREATE UNIQUE INDEX runs_newest
    ON runs (created_seq DESC)
       INCLUDE (run_id, status, kind, task, dataset, dataset_version, priority, alias, n_entries,
                created_at, started_at, settled_at, archived);

-- Where an entry stands among those that fit is found in the key's index alone, however long the
-- answers are.
ALTER TABLE entries DROP CONSTRAINT entries_pkey;
ALTER TABLE entries ADD PRIMARY KEY (run_id, index) INCLUDE (failed, section, split);
