-- Nearly every list is of runs that are not archived, newest first: this index has nothing else in it
-- and is a twentieth of `runs_newest`, so that a walk to the oldest run takes half the time.
CREATE INDEX runs_shown ON runs (created_seq DESC) WHERE NOT archived;
