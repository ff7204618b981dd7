"""Entries of runs: what every contender answered, and how it was scored."""

from runoff_query.projections.entries.project import project
from runoff_query.projections.projection import Projection

ENTRIES = Projection("entries", project)

__all__ = ["ENTRIES"]
