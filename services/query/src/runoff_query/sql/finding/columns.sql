-- What attributes of a row of `runs` are, by name.

-- [alias]
runs.alias

-- [archived]
runs.archived::text

-- [created_at]
runs.created_at

-- [dataset]
runs.dataset

-- [dataset_version]
runs.dataset_version

-- [duration_s]
extract(epoch FROM runs.settled_at - runs.started_at)::double precision

-- [kind]
runs.kind

-- [n_entries]
runs.n_entries

-- [priority]
runs.priority

-- [run_id]
runs.run_id

-- [settled_at]
runs.settled_at

-- [started_at]
runs.started_at

-- [status]
runs.status

-- [task]
runs.task
