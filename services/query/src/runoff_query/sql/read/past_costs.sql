-- What language models took lately over a dataset: by the digest of a contender or a judge, the
-- newest of the dataset's last 500 runs in which it has a price.
-- $1 text: dataset   $2 text[]: digests
-- digest, run_id, cost_usd and tokens are means: of a prediction, or of a judge's verdict.
WITH recent AS (
     SELECT run_id, created_seq
       FROM runs
      WHERE dataset = $1
      ORDER BY created_seq DESC
      LIMIT 500
), priced AS (
     SELECT run_id, digest, cost_picousd, n_priced, n_input_tokens, n_output_tokens, n_metered
       FROM run_contenders
      WHERE run_id IN (SELECT run_id FROM recent)
      UNION ALL
     SELECT run_id, digest, cost_picousd, n_priced, n_input_tokens, n_output_tokens, n_metered
       FROM run_judges
      WHERE run_id IN (SELECT run_id FROM recent)
)
SELECT DISTINCT ON (digest)
       digest, run_id,
       cost_picousd / 1e12::double precision / n_priced AS cost_usd,
       n_input_tokens::double precision / nullif(n_metered, 0) AS n_input_tokens,
       n_output_tokens::double precision / nullif(n_metered, 0) AS n_output_tokens
  FROM priced
  JOIN recent USING (run_id)
 WHERE digest = ANY ($2::text[])
   AND n_priced > 0
 ORDER BY digest, created_seq DESC;
