-- Metrics over the runs of groups: key, metric, n, mean, deviation, lowest, highest.
-- A run counts once: with the mean of its contenders that belong to the group.
SELECT key, metric, count(*) AS n, avg(value) AS mean, stddev_samp(value) AS deviation,
       min(value) AS lowest, max(value) AS highest
  FROM (SELECT {key} AS key, m.metric, {value} AS value
          FROM runs
          {source}
          {measured}
         WHERE {condition}
           AND m.metric = ANY ({metrics})
           AND ({key} = ANY ({keys}) OR {key} IS NULL)
         {per_run}) AS measured
 GROUP BY key, metric;
