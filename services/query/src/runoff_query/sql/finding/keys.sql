-- What runs are sorted by: a source to be joined to `runs`, and what its keys are. {place} tells the
-- sources of one statement apart; {join} is JOIN, or LEFT JOIN where runs without a value stay.

-- [metric source]
{join} run_ranges AS key_{place}
    ON key_{place}.metric = {name} AND key_{place}.created_seq = runs.created_seq

-- [metric ascending]
key_{place}.lowest

-- [metric descending]
key_{place}.highest

-- [param source]
{join} run_params AS key_{place}
    ON key_{place}.key = {name} AND key_{place}.created_seq = runs.created_seq

-- [param number]
key_{place}.number

-- [param text]
key_{place}.head COLLATE "C"

-- [tag source]
{join} run_labels AS key_{place}
    ON key_{place}.key = {name} AND key_{place}.created_seq = runs.created_seq

-- [tag text]
key_{place}.value COLLATE "C"

-- [model source]
{join} run_contenders AS key_{place}
    ON key_{place}.run_id = runs.run_id AND key_{place}.position = 0

-- [model text]
key_{place}.model COLLATE "C"

-- [number]
{column}::double precision

-- [text]
{column}::text COLLATE "C"

-- [without]
key_{place}.created_seq IS NULL

-- [attribute without]
{column} IS NULL

-- [attribute has]
{column} IS NOT NULL

-- [ascending]
{key}

-- [descending]
{key} DESC

-- [descending null]
{key} DESC NULLS LAST

-- [same]
{key} = {value}

-- [same null]
{key} IS NULL

-- [behind ascending]
{key} > {value}

-- [behind ascending null]
({key} > {value} OR {key} IS NULL)

-- [behind descending]
{key} < {value}

-- [behind descending null]
({key} < {value} OR {key} IS NULL)

-- [bound ascending]
{key} >= {value}

-- [bound descending]
{key} <= {value}

-- [before]
runs.created_seq < {value}
