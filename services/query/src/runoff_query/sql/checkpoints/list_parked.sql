-- Messages that could not be projected, newest first, and how many there are in all.
-- $1 integer: at most so many
SELECT seq, subject, reason, count(*) OVER () AS n_parked
  FROM parked_messages
 ORDER BY seq DESC
 LIMIT $1;
