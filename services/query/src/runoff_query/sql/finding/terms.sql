-- Conditions on a row of `runs`, by name. What stands in braces is put in: {name} and {value} are
-- parameters, {comparison} and {column} come from tables of the program, never from a request.
-- Each is what a run either fits or not; null is taken for not.

-- [metric >]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq AND t.highest > {value})

-- [metric >=]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq AND t.highest >= {value})

-- [metric <]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq AND t.lowest < {value})

-- [metric <=]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq AND t.lowest <= {value})

-- [metric =]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq
           AND t.lowest <= {value} AND t.highest >= {value}
           AND (t.lowest = {value} OR t.highest = {value}
                OR EXISTS (SELECT FROM run_metrics AS m
                            WHERE m.run_id = runs.run_id AND m.metric = t.metric
                              AND m.value = {value})))

-- [metric !=]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq
           AND (t.lowest <> {value} OR t.highest <> {value}))

-- [metric in]
EXISTS (SELECT FROM run_metrics AS m
         WHERE m.metric = {name} AND m.run_id = runs.run_id AND m.value = ANY ({value}))

-- [metric not in]
EXISTS (SELECT FROM run_metrics AS m
         WHERE m.metric = {name} AND m.run_id = runs.run_id AND m.value <> ALL ({value}))

-- [metric is not null]
EXISTS (SELECT FROM run_ranges AS t
         WHERE t.metric = {name} AND t.created_seq = runs.created_seq)

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
