"""Past work read in: one module a format, each a generator of samples, so nothing is held whole."""
