-- Adds the words of a run.
-- $1 bigint: its place in lists   $2 uuid: run
-- $3 text[]: words of the run itself   $4 text[]: of alias and labels   $5 text[]: of parameters
INSERT INTO run_words (created_seq, run_id, run_words, label_words, param_words)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING;
