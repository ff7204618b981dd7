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
CREATE OR REPLACE FUNCTION runoff_meta.table_digest(schema_name text, table_name text)
RETURNS TABLE (n_rows bigint, digest numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- A sum does not depend on the order of rows; two seeds make 128 bits of it.
    RETURN QUERY EXECUTE format(
        'SELECT count(*), coalesce(sum(hash_record_extended(t, 0)), 0)
                          + coalesce(sum(hash_record_extended(t, 1)::numeric), 0) * 1e38
           FROM %I.%I AS t', schema_name, table_name);
END
$$;
CREATE OR REPLACE FUNCTION runoff_meta.analyze_tables(schema_name text)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN SELECT tablename FROM pg_tables WHERE schemaname = schema_name LOOP
        EXECUTE format('ANALYZE %I.%I', schema_name, table_name);
    END LOOP;
END
$$;
