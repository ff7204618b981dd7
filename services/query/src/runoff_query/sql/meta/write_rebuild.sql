-- Notes how a rebuild stands.
-- $1 text: its JSON document
INSERT INTO runoff_meta.rebuild (view)
VALUES ($1)
    ON CONFLICT (only_row) DO UPDATE SET view = excluded.view;
