-- Gives the planner statistics of the fresh tables before anyone reads them.
SELECT runoff_meta.analyze_tables('runoff_next');
