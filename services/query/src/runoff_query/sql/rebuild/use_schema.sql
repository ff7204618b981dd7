-- Says in which schema this session finds its tables from now on.
-- $1 text: schema
SELECT set_config('search_path', $1, false);
