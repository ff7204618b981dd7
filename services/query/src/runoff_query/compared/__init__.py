"""Comparisons as readers ask for them: their entries in order, and what changed between two."""
