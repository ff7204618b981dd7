-- What runs are grouped by: {source} is joined to `runs`, {key} is the name of a run's group.

-- [model source]
JOIN (SELECT DISTINCT run_id, model FROM run_contenders) AS named ON named.run_id = runs.run_id

-- [model key]
named.model

-- [tag source]
LEFT JOIN run_labels AS named
       ON named.key = {name} AND named.created_seq = runs.created_seq

-- [tag key]
named.value

-- [param source]
LEFT JOIN run_params AS named
       ON named.key = {name} AND named.created_seq = runs.created_seq

-- [param key]
-- 1 and 1.0 are one number: which of them a program writes is chance.
regexp_replace(named.value, '^(-?[0-9]+)[.]0$', '\1')

-- [measured]
JOIN run_ranges AS m ON m.created_seq = runs.created_seq

-- [value]
m.mean

-- [per run]


-- [model measured]
JOIN run_contenders AS c ON c.run_id = runs.run_id AND c.model = named.model
JOIN run_metrics AS m ON m.run_id = c.run_id AND m.position = c.position

-- [model value]
avg(m.value)

-- [model per run]
GROUP BY 1, 2, runs.run_id

-- [behind]
(- n_runs, is_null, head, hash) > ({n_runs}, {is_null}, {head}, {hash})
