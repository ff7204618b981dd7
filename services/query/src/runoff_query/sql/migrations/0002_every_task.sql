-- Runs of every task and models without a file: targets as JSON, costs and tokens, chosen scorers,
-- reports. What stood in the tables before is brought to what a rebuild would write now: runs then
-- were of classification, scored by accuracy alone, and no answer had a price.

-- Also as JSON text, as `metadata`: a target may be boxes, a point, or a number now.
UPDATE entries
   SET target = to_json(target)::text
 WHERE target IS NOT NULL;

ALTER TABLE dataset_versions ADD COLUMN fields text;

ALTER TABLE model_versions ALTER COLUMN file DROP NOT NULL;
ALTER TABLE model_versions ALTER COLUMN n_bytes DROP NOT NULL;

ALTER TABLE runs ADD COLUMN scorers text;
UPDATE runs SET scorers = '[{"name":"accuracy","version":1,"params":{}}]';
ALTER TABLE runs ALTER COLUMN scorers SET NOT NULL;
ALTER TABLE runs ADD COLUMN start_at timestamptz;
ALTER TABLE runs ADD COLUMN answers_from text;
ALTER TABLE runs ADD COLUMN report text;

ALTER TABLE run_contenders ADD COLUMN primary_scorer text;
UPDATE run_contenders SET primary_scorer = 'accuracy';
ALTER TABLE run_contenders ALTER COLUMN primary_scorer SET NOT NULL;
ALTER TABLE run_contenders ADD COLUMN n_timed bigint;
UPDATE run_contenders SET n_timed = n_answered;
ALTER TABLE run_contenders ALTER COLUMN n_timed SET NOT NULL;
-- In millionths of a millionth of a dollar: sums of whole numbers do not depend on the order of
-- adding, as those of floats do, so that a rebuild gives equal rows.
ALTER TABLE run_contenders ADD COLUMN cost_picousd bigint NOT NULL DEFAULT 0;
ALTER TABLE run_contenders ALTER COLUMN cost_picousd DROP DEFAULT;
ALTER TABLE run_contenders ADD COLUMN n_priced bigint NOT NULL DEFAULT 0;
ALTER TABLE run_contenders ALTER COLUMN n_priced DROP DEFAULT;
ALTER TABLE run_contenders ADD COLUMN n_input_tokens bigint NOT NULL DEFAULT 0;
ALTER TABLE run_contenders ALTER COLUMN n_input_tokens DROP DEFAULT;
ALTER TABLE run_contenders ADD COLUMN n_output_tokens bigint NOT NULL DEFAULT 0;
ALTER TABLE run_contenders ALTER COLUMN n_output_tokens DROP DEFAULT;
ALTER TABLE run_contenders ADD COLUMN n_metered bigint NOT NULL DEFAULT 0;
ALTER TABLE run_contenders ALTER COLUMN n_metered DROP DEFAULT;

-- A filter that names a metric which no run has is a typing error.
CREATE INDEX run_metrics_metric ON run_metrics (metric);

ALTER TABLE entry_scores ADD COLUMN distance_px double precision;
ALTER TABLE entry_scores ADD COLUMN iou double precision;
