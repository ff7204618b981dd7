"""Takes commands, starts runs, feeds work and settles runs."""
