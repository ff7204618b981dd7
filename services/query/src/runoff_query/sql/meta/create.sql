-- Makes the schemas, and the notes that are no read model: they outlive every rebuild.
CREATE SCHEMA IF NOT EXISTS runoff;
CREATE SCHEMA IF NOT EXISTS runoff_meta;
CREATE TABLE IF NOT EXISTS runoff_meta.migrations (
    number integer PRIMARY KEY,
    name   text NOT NULL,
    digest text NOT NULL
);
CREATE TABLE IF NOT EXISTS runoff_meta.rebuild (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    view     text NOT NULL
);
