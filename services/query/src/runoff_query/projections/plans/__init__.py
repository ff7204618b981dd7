"""Sealed plans, the runs under them, and what runs were decided by."""

from runoff_query.projections.plans.project import project
from runoff_query.projections.projection import Projection

PLANS = Projection("plans", project)

__all__ = ["PLANS"]
