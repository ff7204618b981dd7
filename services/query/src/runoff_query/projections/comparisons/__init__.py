"""Comparisons: what each came to, and the runs that it is of."""

from runoff_query.projections.comparisons.project import project
from runoff_query.projections.projection import Projection

COMPARISONS = Projection("comparisons", project)

__all__ = ["COMPARISONS"]
