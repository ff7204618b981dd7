-- Every projection's checkpoint: projection, last_seq, log_id.
SELECT projection, last_seq, log_id
  FROM projection_checkpoints
 ORDER BY projection;
