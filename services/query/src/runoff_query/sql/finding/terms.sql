-- Conditions on a row of `runs`, by name. What stands in braces is put in: {name} and {value} are
-- parameters, {comparison} and {column} come from tables of the program, never from a request.
-- Each is what a run either fits or not; null is taken for not.

-- A metric over the contenders of a run is one row of `run_ranges`: {fits} is what holds of it.

-- [metric]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq AND {fits})

-- In order, so that both are walked side by side: PostgreSQL would look for each run by itself.
-- [metric not]
NOT EXISTS (SELECT FROM (SELECT t.created_seq
                           FROM run_ranges AS t
                          WHERE t.metric = {name} AND {fits}
                          ORDER BY t.created_seq DESC) AS t
             WHERE t.created_seq = runs.created_seq)

-- Where few runs fit: their places first. How many fit of one metric PostgreSQL cannot know, since its
-- figures are of all metrics; it would walk through the list instead.
-- [metric few]
runs.created_seq = ANY (ARRAY(SELECT t.created_seq
                                FROM run_ranges AS t
                               WHERE t.metric = {name} AND {fits}))

-- [metric counted]
(SELECT count(*)
   FROM (SELECT
           FROM run_ranges AS t
          WHERE t.metric = {name} AND {fits}
          LIMIT {limit}) AS t)

-- [counts]
SELECT {counts}

-- [metric fits >]
t.highest > {value}

-- [metric fits >=]
t.highest >= {value}

-- [metric fits <]
t.lowest < {value}

-- [metric fits <=]
t.lowest <= {value}

-- [metric fits !=]
(t.lowest <> {value} OR t.highest <> {value})

-- [metric fits is not null]
true

-- A contender between the lowest and the highest is looked for where there may be one. Of a single
-- value, not of EXISTS: the planner would gather the contenders of all runs for that.

-- [metric fits =]
t.lowest <= {value} AND t.highest >= {value}
AND (t.lowest = {value} OR t.highest = {value}
     OR (SELECT true
           FROM runs AS r
           JOIN run_metrics AS m USING (run_id)
          WHERE r.created_seq = t.created_seq AND m.metric = t.metric AND m.value = {value}
          LIMIT 1))

-- [metric fits in]
(t.lowest = ANY ({value}) OR t.highest = ANY ({value})
 OR (t.lowest < t.highest
     AND (SELECT true
            FROM runs AS r
            JOIN run_metrics AS m USING (run_id)
           WHERE r.created_seq = t.created_seq AND m.metric = t.metric AND m.value = ANY ({value})
           LIMIT 1)))

-- [metric fits not in]
(t.lowest <> ALL ({value}) OR t.highest <> ALL ({value})
 OR (t.lowest < t.highest
     AND (SELECT true
            FROM runs AS r
            JOIN run_metrics AS m USING (run_id)
           WHERE r.created_seq = t.created_seq AND m.metric = t.metric AND m.value <> ALL ({value})
           LIMIT 1)))

-- [param number]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq
           AND t.number {comparison} {value})

-- [param number !=]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq
           AND t.number IS DISTINCT FROM {value})

-- [param number in]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq AND t.number = ANY ({value}))

-- [param number not in]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq
           AND (t.number = ANY ({value})) IS NOT TRUE)

-- [param text]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq
           AND t.value {comparison} {value})

-- [param text =]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq
           AND t.head = left({value}, 100) AND t.value = {value})

-- [param text in]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq AND t.value = ANY ({value}))

-- [param text not in]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq AND t.value <> ALL ({value}))

-- [param is not null]
EXISTS (SELECT FROM run_params AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq)

-- [tag]
EXISTS (SELECT FROM run_labels AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq
           AND t.value {comparison} {value})

-- [tag in]
EXISTS (SELECT FROM run_labels AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq AND t.value = ANY ({value}))

-- [tag not in]
EXISTS (SELECT FROM run_labels AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq AND t.value <> ALL ({value}))

-- [tag is not null]
EXISTS (SELECT FROM run_labels AS t
         WHERE t.key = {name} AND t.created_seq = runs.created_seq)

-- [model]
EXISTS (SELECT FROM run_contenders AS t
         WHERE t.run_id = runs.run_id AND t.model {comparison} {value})

-- [model =]
EXISTS (SELECT FROM run_contenders AS t
         WHERE t.run_id = runs.run_id
           AND t.model = {value} AND ({name} IS NULL OR t.number = {name}))

-- [model !=]
EXISTS (SELECT FROM run_contenders AS t
         WHERE t.run_id = runs.run_id
           AND NOT (t.model = {value} AND ({name} IS NULL OR t.number IS NOT DISTINCT FROM {name})))

-- [model in]
EXISTS (SELECT FROM run_contenders AS t
         WHERE t.run_id = runs.run_id AND t.model = ANY ({value}))

-- [model not in]
EXISTS (SELECT FROM run_contenders AS t
         WHERE t.run_id = runs.run_id AND t.model <> ALL ({value}))

-- [model is not null]
true

-- [archived]
runs.archived

-- [not archived]
NOT runs.archived

-- [attribute]
{column} {comparison} {value}

-- [attribute in]
{column} = ANY ({value})

-- [attribute not in]
{column} <> ALL ({value})

-- [attribute is not null]
{column} IS NOT NULL

-- [words]
EXISTS (SELECT FROM run_words AS t
         WHERE t.created_seq = runs.created_seq
           AND array_to_tsvector(t.run_words || t.label_words || t.param_words)
               @@ {value}::tsquery)

-- [not exists]
NOT {part}

-- [not]
({part}) IS NOT TRUE
