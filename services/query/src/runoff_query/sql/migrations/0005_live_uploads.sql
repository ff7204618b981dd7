-- Predictions that are pushed while a run is under way; null where a contender waits for none. No
-- run did before.
ALTER TABLE run_contenders ADD COLUMN n_uploaded bigint;
ALTER TABLE run_contenders ADD COLUMN uploads_complete boolean;
