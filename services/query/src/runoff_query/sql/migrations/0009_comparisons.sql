-- Documents left the event for the object store; those of before stay here. What lists show of a
-- comparison stands beside, for those of before as far as their document says it.
ALTER TABLE comparisons RENAME COLUMN document TO first_document;
ALTER TABLE comparisons ALTER COLUMN first_document DROP NOT NULL;
ALTER TABLE comparisons ADD COLUMN scores_digest text;
ALTER TABLE comparisons ADD COLUMN task text;
ALTER TABLE comparisons ADD COLUMN measure text;
ALTER TABLE comparisons ADD COLUMN winners text NOT NULL DEFAULT '[]';
ALTER TABLE comparisons ADD COLUMN certainty text NOT NULL DEFAULT 'nothing';
ALTER TABLE comparisons ADD COLUMN settled boolean NOT NULL DEFAULT true;

UPDATE comparisons
   SET scores_digest = first_document::jsonb ->> 'scores_digest',
       task = first_document::jsonb ->> 'task',
       measure = coalesce(first_document::jsonb ->> 'measure', 'accuracy');

ALTER TABLE comparisons ALTER COLUMN scores_digest SET NOT NULL;
ALTER TABLE comparisons ALTER COLUMN task SET NOT NULL;
ALTER TABLE comparisons ALTER COLUMN measure SET NOT NULL;
ALTER TABLE comparisons ALTER COLUMN winners DROP DEFAULT;
ALTER TABLE comparisons ALTER COLUMN certainty DROP DEFAULT;
ALTER TABLE comparisons ALTER COLUMN settled DROP DEFAULT;

-- A page of a run shows the comparison of its contenders by every default, whatever else it is in.
ALTER TABLE comparison_runs ADD COLUMN settled boolean NOT NULL DEFAULT true;
ALTER TABLE comparison_runs ALTER COLUMN settled DROP DEFAULT;
