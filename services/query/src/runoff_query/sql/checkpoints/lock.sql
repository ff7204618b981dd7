-- Every projection's checkpoint, locked until the transaction ends: whoever projects comes first
-- through here, so a second projector or a swap waits, and then sees what the first one did.
SELECT projection, last_seq, log_id
  FROM projection_checkpoints
 ORDER BY projection
   FOR UPDATE;
